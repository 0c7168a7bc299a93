package cluster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// snapshot is all that the API server has of a cluster and that a provider
// writes: labels and specs by kind and name, less what the controllers put there.
func snapshot(ctx context.Context, client *kubernetes.Clientset, name string) (map[string]string, error) {
	all := map[string]string{}
	var failure error
	note := func(kind string, o metav1.ObjectMeta, parts ...any) {
		text, err := json.Marshal(append([]any{o.Labels}, parts...))
		if err != nil {
			failure = err
		}
		all[kind+"/"+o.Name] = string(text)
	}
	ns, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	note("Namespace", ns.ObjectMeta, ns.UID, ns.Annotations)
	quotas, err := client.CoreV1().ResourceQuotas(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range quotas.Items {
		note("ResourceQuota", o.ObjectMeta, o.Spec)
	}
	limits, err := client.CoreV1().LimitRanges(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range limits.Items {
		note("LimitRange", o.ObjectMeta, o.Spec)
	}
	policies, err := client.NetworkingV1().NetworkPolicies(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range policies.Items {
		note("NetworkPolicy", o.ObjectMeta, o.Spec)
	}
	accounts, err := client.CoreV1().ServiceAccounts(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range accounts.Items {
		if o.Name != "default" {
			note("ServiceAccount", o.ObjectMeta)
		}
	}
	roles, err := client.RbacV1().Roles(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range roles.Items {
		note("Role", o.ObjectMeta, o.Rules)
	}
	bindings, err := client.RbacV1().RoleBindings(name).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, o := range bindings.Items {
		note("RoleBinding", o.ObjectMeta, o.RoleRef, o.Subjects)
	}
	return all, failure
}

// unchanged remembers the first snapshot and fails where a later one differs.
func unchanged(t *testing.T, name string) resource.TestCheckFunc {
	t.Helper()
	var first map[string]string
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		now, err := snapshot(ctx, client, name)
		if err != nil || first == nil {
			first = now
			return err
		}
		if diff := cmp.Diff(first, now); diff != "" {
			return fmt.Errorf("it isn't as it was, -before +now:\n%s", diff)
		}
		return nil
	})
}

// names is a check of which children the API server has.
func names(t *testing.T, name string, want ...string) resource.TestCheckFunc {
	t.Helper()
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		now, err := snapshot(ctx, client, name)
		if err != nil {
			return err
		}
		delete(now, "Namespace/"+name)
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(now))); diff != "" {
			return fmt.Errorf("children, -want +got:\n%s", diff)
		}
		return nil
	})
}

// changesOnly checks that a plan changes the cluster in place, and in these
// attributes alone; a key of a map of objects is named as access.readers.
func changesOnly(want ...string) plancheck.PlanCheck { return onlyThese(want) }

type onlyThese []string

func (want onlyThese) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != address {
			continue
		}
		if !change.Change.Actions.Update() {
			resp.Error = fmt.Errorf("the action is %v, want an update in place of %v", change.Change.Actions, want)
			return
		}
		var got []string
		before, _ := change.Change.Before.(map[string]any)
		after, _ := change.Change.After.(map[string]any)
		for attribute := range after {
			got = append(got, differences(attribute, before[attribute], after[attribute])...)
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
			resp.Error = fmt.Errorf("the plan changes, -want +got:\n%s", diff)
		}
		return
	}
	resp.Error = fmt.Errorf("the plan has no %s", address)
}

func differences(attribute string, before, after any) []string {
	if reflect.DeepEqual(before, after) {
		return nil
	}
	if attribute != "access" && attribute != "scoped_quotas" {
		return []string{attribute}
	}
	was, _ := before.(map[string]any)
	becomes, _ := after.(map[string]any)
	keys := map[string]bool{}
	for _, entries := range []map[string]any{was, becomes} {
		for key := range entries {
			keys[key] = keys[key] || !reflect.DeepEqual(was[key], becomes[key])
		}
	}
	var differing []string
	for key, differs := range keys {
		if differs {
			differing = append(differing, attribute+"."+key)
		}
	}
	return differing
}

// wrapped matches a text that Terraform may have broken into lines.
func wrapped(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}
