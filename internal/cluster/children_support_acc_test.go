package cluster_test

import (
	"context"
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
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// unchanged remembers the first snapshot and fails where a later one differs.
func unchanged(t *testing.T, name string) resource.TestCheckFunc {
	t.Helper()
	var first map[string]string
	return acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		now, err := acctest.Snapshot(ctx, client, name)
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
		now, err := acctest.Snapshot(ctx, client, name)
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
