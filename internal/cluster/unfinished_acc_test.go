package cluster_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// unfinished is an update whose request for one object is refused.
type unfinished struct {
	before, after string
	// refused is the object, below the Namespace, which is itself the empty one.
	refused string
	// method is that of the request, PATCH where it is empty.
	method string
	// done are attributes that are carried out all the same.
	done []string
}

func unfinishedUpdates() map[string]unfinished {
	const jane, joe = `users = ["jane"]`, `users = ["joe"]`
	return map[string]unfinished{
		"region_changed":       {before: `region = "eu"`, after: `region = "us"`},
		"region_dropped":       {before: `region = "eu"`, after: ``},
		"label_added":          {before: ``, after: `labels = { a = "1" }`},
		"label_changed":        {before: `labels = { a = "1", b = "1" }`, after: `labels = { a = "2", b = "1" }`},
		"label_dropped":        {before: `labels = { a = "1", b = "1" }`, after: `labels = { b = "1" }`},
		"last_label_dropped":   {before: `labels = { a = "1" }`, after: ``},
		"annotation_changed":   {before: `annotations = { a = "1" }`, after: `annotations = { a = "2" }`},
		"annotation_dropped":   {before: `annotations = { a = "1", b = "1" }`, after: `annotations = { b = "1" }`},
		"pod_security_changed": {before: `pod_security = { enforce = "baseline" }`, after: `pod_security = { enforce = "restricted", warn = "restricted" }`},
		"pod_security_dropped": {before: `pod_security = { enforce = "baseline" }`, after: ``},
		"quota_added":          {before: ``, after: `quota = { cpu = "2000m" }`, refused: "resourcequotas/mar-quota"},
		"quota_changed":        {before: `quota = { cpu = "2000m", instances = 1 }`, after: `quota = { cpu = "3", instances = 2 }`, refused: "resourcequotas/mar-quota"},
		"quota_dropped":        {before: `quota = { cpu = "2" }`, after: ``, refused: "resourcequotas/mar-quota", method: http.MethodDelete},
		"scoped_quotas_changed": {
			before: `scoped_quotas = { a = { scopes = ["Terminating"], instances = 1 }, b = { scopes = ["Terminating"], instances = 1 } }`,
			after:  `scoped_quotas = { a = { scopes = ["NotTerminating"], instances = 2 }, b = { scopes = ["Terminating"], instances = 2 } }`, refused: "resourcequotas/mar-quota-a",
		},
		"scoped_quotas_dropped": {
			before: `scoped_quotas = { a = { scopes = ["Terminating"], instances = 1 } }`, after: `scoped_quotas = {}`, refused: "resourcequotas/mar-quota-a", method: http.MethodDelete,
		},
		"limit_range_added":   {before: ``, after: `limit_range = { container = { default = { cpu = "1" } } }`, refused: "limitranges/mar-limits"},
		"limit_range_changed": {before: `limit_range = { container = { max = { cpu = "1000m" } } }`, after: `limit_range = { container = { max = { cpu = "2" } } }`, refused: "limitranges/mar-limits"},
		"limit_range_dropped": {before: `limit_range = { container = { max = { cpu = "1" } } }`, after: ``, refused: "limitranges/mar-limits", method: http.MethodDelete},
		"network_changed": {
			before: `network = { ingress = { default = "deny" } }`, after: `network = { ingress = { default = "allow" } }`, refused: "networkpolicies/mar-ingress",
		},
		"network_dropped": {before: `network = { ingress = { default = "deny" } }`, after: ``, refused: "networkpolicies/mar-ingress", method: http.MethodDelete},
		"access_added":    {before: ``, after: `access = { a = { role = "view", ` + jane + ` } }`, refused: "rolebindings/mar-a"},
		"access_changed":  {before: `access = { a = { role = "view", ` + jane + ` } }`, after: `access = { a = { role = "view", ` + joe + ` } }`, refused: "rolebindings/mar-a"},
		"access_role_changed": {
			before: `access = { a = { role = "view", ` + jane + ` } }`, after: `access = { a = { role = "edit", ` + jane + ` } }`, refused: "rolebindings/mar-a", method: http.MethodDelete,
		},
		"access_dropped": {before: `access = { a = { role = "view", ` + jane + ` } }`, after: `access = {}`, refused: "rolebindings/mar-a", method: http.MethodDelete},
		"access_rules_changed": {
			before:  `access = { a = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }], ` + jane + ` } }`,
			after:   `access = { a = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get", "list"] }], ` + jane + ` } }`,
			refused: "roles/mar-a",
		},
		"service_accounts_added":   {before: ``, after: `service_accounts = ["deployer"]`, refused: "serviceaccounts/deployer"},
		"service_accounts_dropped": {before: `service_accounts = ["a", "deployer"]`, after: `service_accounts = ["a"]`, refused: "serviceaccounts/deployer", method: http.MethodDelete},

		// What only Terraform knows, beside something that is refused.
		"force_destroy":       {before: `quota = { instances = 1 }`, after: "quota = { instances = 2 }\n  force_destroy = true", refused: "resourcequotas/mar-quota"},
		"deletion_protection": {before: "quota = { instances = 1 }\n  deletion_protection = true", after: `quota = { instances = 2 }`, refused: "resourcequotas/mar-quota"},
		"timeouts":            {before: `quota = { instances = 1 }`, after: "quota = { instances = 2 }\n  timeouts = { update = \"1m\" }", refused: "resourcequotas/mar-quota"},

		// Several in one apply: what was carried out isn't planned again.
		"label_dropped_and_quota": {
			before: "labels = { a = \"1\", b = \"1\" }\n  quota = { instances = 1 }", after: "labels = { b = \"1\" }\n  quota = { instances = 2 }",
		},
		"quota_after_label": {
			before: "labels = { a = \"1\", b = \"1\" }\n  quota = { instances = 1 }", after: "labels = { b = \"2\", c = \"1\" }\n  quota = { instances = 2 }",
			refused: "resourcequotas/mar-quota", done: []string{"labels", "labels_all"},
		},
		"access_after_network": {
			before:  "network = { ingress = { default = \"deny\" } }\n  access = { a = { role = \"view\", users = [\"jane\"] }, b = { role = \"view\", users = [\"ann\"] } }",
			after:   "network = { egress = { default = \"deny\" } }\n  access = { a = { role = \"view\", users = [\"joe\"] }, b = { role = \"view\", users = [\"sue\"] } }",
			refused: "rolebindings/mar-b", done: []string{"network.egress", "access.a"},
		},
	}
}

// refusals are what the API server may have against a write.
func refusals() map[string]acctest.Fault {
	return map[string]acctest.Fault{
		"policy": acctest.AnswerStatus(metav1.Status{
			Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
			Message: `things "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: nobody does this`,
		}),
		"rights": acctest.AnswerStatus(metav1.Status{
			Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: `things "x" is forbidden: User "jane" cannot do resource "things" in API group "" in the namespace "y"`,
		}),
		"conflict of a webhook": acctest.AnswerStatus(metav1.Status{
			Code: http.StatusConflict, Reason: metav1.StatusReasonConflict, Message: `admission webhook "w" denied the request: somebody else is at it`,
		}),
	}
}

// After an update that was refused the state has what the server has: what was carried
// out, and of all else what was there before. So the next plan is the same change again.
func TestAccCluster_refusedUpdateIsPlannedAgain(t *testing.T) {
	t.Parallel()
	for title, refusal := range refusals() {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			cases := unfinishedUpdates()
			if title != "policy" {
				// Who refuses makes no difference to the attributes, so that some are enough.
				maps.DeleteFunc(cases, func(title string, _ unfinished) bool {
					return !slices.Contains([]string{"label_dropped", "quota_changed", "access_dropped", "deletion_protection"}, title)
				})
			}
			refusedUpdates(t, cases, refusal)
		})
	}
}

func refusedUpdates(t *testing.T, cases map[string]unfinished, refusal acctest.Fault) {
	t.Helper()
	names := map[string]string{}
	for title := range cases {
		names[title] = acctest.ClusterName(t)
	}
	var (
		mu     sync.Mutex
		refuse bool
	)
	block := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if !refuse || r.Method == http.MethodGet || r.URL.Query().Has("dryRun") {
			return acctest.Pass
		}
		for title, c := range cases {
			path := strings.TrimSuffix("/namespaces/"+names[title]+"/"+c.refused, "/")
			method := c.method
			if method == "" {
				method = http.MethodPatch
			}
			if strings.HasSuffix(r.URL.Path, path) && r.Method == method {
				return refusal
			}
		}
		return acctest.Pass
	})
	configure := func(body func(unfinished) string) string {
		var all strings.Builder
		all.WriteString(block)
		for _, title := range slices.Sorted(maps.Keys(cases)) {
			fmt.Fprintf(&all, "\nresource \"mar_cluster\" %q {\n  name = %q\n  %s\n}\n", title, names[title], body(cases[title]))
		}
		return all.String()
	}
	terraform := acctest.NewCLI(t)
	terraform.Configure(configure(func(c unfinished) string { return c.before }))
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=30")
	terraform.Configure(configure(func(c unfinished) string { return c.after }))
	first := changesPlanned(t, terraform)
	mu.Lock()
	refuse = true
	mu.Unlock()
	output, _ := terraform.Run("apply", "-auto-approve", "-json", "-parallelism=30")
	heard := acctest.Hear(t, output)
	mu.Lock()
	refuse = false
	mu.Unlock()
	for _, refresh := range []string{"-refresh=false", "-refresh=true"} {
		again := changesPlanned(t, terraform, refresh)
		for _, title := range slices.Sorted(maps.Keys(cases)) {
			at := "mar_cluster." + title
			if len(heard.About("error", at)) != 1 {
				t.Errorf("%s: its apply ends with %+v", title, heard.About("error", at))
			}
			want := first[at]
			for _, attribute := range cases[title].done {
				want = want.without(attribute)
			}
			if diff := cmp.Diff(want, again[at]); diff != "" {
				t.Errorf("%s: with %s the plan isn't the same again, -want +got:\n%s", title, refresh, diff)
			}
		}
	}
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=30")
	terraform.Must(0, "plan", "-detailed-exitcode", "-parallelism=30")
	terraform.Configure(block)
	terraform.Must(0, "apply", "-auto-approve", "-parallelism=30")
}

// changed are a plan's attributes that become another value, by path, each with both.
type changed map[string][2]string

// without leaves out an attribute and all in it.
func (c changed) without(attribute string) changed {
	rest := maps.Clone(c)
	maps.DeleteFunc(rest, func(path string, _ [2]string) bool {
		return path == attribute || strings.HasPrefix(path, attribute+".")
	})
	return rest
}

// changesPlanned plans, and returns what is changed by the resource's address.
func changesPlanned(t *testing.T, terraform *acctest.CLI, args ...string) map[string]changed {
	t.Helper()
	terraform.Must(0, append([]string{"plan", "-out=saved", "-parallelism=30"}, args...)...)
	var shown struct {
		Changes []struct {
			Address string
			Change  struct{ Before, After map[string]any }
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(terraform.Must(0, "show", "-json", "saved")), &shown); err != nil {
		t.Fatal(err)
	}
	all := map[string]changed{}
	for _, c := range shown.Changes {
		all[c.Address] = changed{}
		compareInto(all[c.Address], "", c.Change.Before, c.Change.After)
	}
	return all
}

func compareInto(all changed, path string, before, after any) {
	was, isObject := before.(map[string]any)
	becomes, stays := after.(map[string]any)
	if !isObject || !stays {
		if old, now := fmt.Sprint(before), fmt.Sprint(after); old != now {
			all[path] = [2]string{old, now}
		}
		return
	}
	keys := maps.Clone(was)
	maps.Copy(keys, becomes)
	for key := range keys {
		compareInto(all, strings.TrimPrefix(path+"."+key, "."), was[key], becomes[key])
	}
}
