package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// life is a cluster or an instance that goes through several configurations, as
// somebody who lacks some right.
type life struct {
	kind, namespace string
	// bodies are the configurations, one a stage; in a stage that it has none for
	// it isn't there.
	bodies []string
	lacks  []rights.Right
	// tells is what its errors do and don't say, where that is more than which right
	// is missing.
	tells map[string]bool
	// errors are those of all stages.
	errors []string
}

const stages = 4

// clusterLife has the attribute, then not, then again.
func clusterLife(namespace, attribute string) life {
	body := func(attribute string) string { return fmt.Sprintf("name = %q\n%s", namespace, attribute) }
	return life{kind: "mar_cluster", namespace: namespace, bodies: []string{body(attribute), body(""), body(attribute), body("")}}
}

// instanceLife is made, changed in place, stopped, and started with another
// secret.
func instanceLife(namespace string) life {
	body := func(more string, version int) string {
		return fmt.Sprintf(`
  cluster               = %q
  name                  = "web"
  image                 = "registry.k8s.io/pause:3.10"
  memory                = "64Mi"
  secret_env_wo         = { PASSWORD = "hunter%[3]d" }
  secret_env_wo_version = %[3]d
  %[2]s`, namespace, more, version)
	}
	const changed = "cpu = \"200m\"\nlabels = { a = \"b\" }\n"
	return life{kind: "mar_instance", namespace: namespace, bodies: []string{
		body("cpu = \"100m\"", 1),
		body(changed, 1),
		body(changed+"desired_status = \"Stopped\"", 1),
		body(changed+"desired_status = \"Running\"", 2),
	}}
}

// crashLoop fails, with events and a log to tell of for those who may read them.
func crashLoop(namespace string, events, log bool) life {
	tells := map[string]bool{"Warning events:": events, "Last lines of its log:": log}
	return life{kind: "mar_instance", namespace: namespace, tells: tells, bodies: []string{fmt.Sprintf(`
  cluster     = %q
  name        = "web"
  image       = "registry.k8s.io/pause:3.10"
  annotations = {
    "devcluster.mar.headgym.com/behavior"      = "crash-loop"
    "devcluster.mar.headgym.com/exit-code"     = "3"
    "devcluster.mar.headgym.com/previous-logs" = "no database"
  }`, namespace)}}
}

const (
	ownRules  = `access = { a = { rules = [{ api_groups = [""], resources = ["pods/exec"], verbs = ["create"] }], users = ["jane"] } }`
	stockRole = `access = { a = { role = "view", users = ["jane"] } }`
)

// lifeFor is one that takes the right.
func lifeFor(t *testing.T, right rights.Right) life {
	t.Helper()
	attribute, ofCluster := map[string]string{
		"namespaces":      `labels = { a = "b" }`,
		"resourcequotas":  `quota = { instances = 2 }`,
		"limitranges":     `limit_range = { instance = { max = { cpu = "1" } } }`,
		"serviceaccounts": `service_accounts = ["deployer"]`,
		"networkpolicies": `network = { ingress = { default = "deny" } }`,
		"roles":           ownRules,
		"rolebindings":    ownRules,
		"clusterroles":    stockRole,
	}[right.Resource]
	switch {
	case ofCluster:
		return clusterLife(acctest.ClusterName(t), attribute)
	case right.Resource == "events":
		return crashLoop(acctest.Namespace(t), false, true)
	case right.Resource == "pods/log":
		return crashLoop(acctest.Namespace(t), true, false)
	}
	return instanceLife(acctest.Namespace(t))
}

// Promise 10: the published roles for an apply are all that it takes, and there is
// nothing in them that it could do without unnoticed. Each life lacks one right:
// it ends in an error that names it, or goes on as the table says. Some lack
// nothing, of everything or in one cluster.
func TestAccRights_applyTakesEachOfThem(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.WriteOnly)
	all := slices.Concat(rights.Apply().Rules(), rights.GrantAccess().Rules())
	whole := person{acctest.ClusterName(t), all}
	everyone := meet(t, whole)
	lives := map[string]life{
		"whole_cluster":  clusterLife(acctest.ClusterName(t), strings.Join([]string{`quota = { instances = 2 }`, `limit_range = { instance = { max = { cpu = "1" } } }`, ownRules}, "\n")),
		"whole_instance": instanceLife(acctest.Namespace(t)),
		"in_one_cluster": instanceLife(acctest.Namespace(t)),
	}
	everyone.putIn(lives["in_one_cluster"].namespace, rights.ApplyInstances())
	// A right of a plan's is looked at in the test of plans, and all that is listed
	// before a destroy in one life.
	listed := rights.Each(rights.LookInside().Rules())
	single := slices.DeleteFunc(rights.Each(all), func(right rights.Right) bool {
		// What an error says without events is heard here alone.
		ofPlan := slices.Contains(rights.Each(rights.Plan().Rules()), right) && right.Resource != "events"
		return ofPlan || slices.Contains(listed, right)
	})
	lose := func(label string, l life, lost ...rights.Right) {
		l.lacks = lost
		lives[label] = l
		everyone.put(l.namespace, person{l.namespace, rights.Less(all, lost...)})
	}
	for _, right := range single {
		lose(label(right), lifeFor(t, right), right)
	}
	blind := clusterLife(acctest.ClusterName(t), "")
	blind.tells = map[string]bool{"these credentials may not list them:": true}
	for _, right := range listed {
		blind.tells[right.Resource] = true
	}
	lose("without_lists", blind, listed...)

	run(t, everyone, lives)
	for label, l := range lives {
		t.Run(label, func(t *testing.T) { l.judge(t, rights.Apply(), everyone.lacked(l.namespace)) })
	}
}

// configured are the blocks of the lives in a stage.
func configured(lives map[string]life, stage int) string {
	var config strings.Builder
	for _, label := range slices.Sorted(maps.Keys(lives)) {
		l := lives[label]
		if stage >= len(l.bodies) {
			continue
		}
		kind, block := l.kind, "resource"
		if read, isData := strings.CutPrefix(kind, "data."); isData {
			kind, block = read, "data"
		}
		fmt.Fprintf(&config, "%s %q %q {\n%s\n}\n", block, kind, label, l.bodies[stage])
	}
	return config.String()
}

// hear gives each life its errors.
func hear(t *testing.T, lives map[string]life, output string) {
	t.Helper()
	for _, text := range errorsIn(t, output) {
		known := false
		for label, l := range lives {
			if strings.HasPrefix(text, l.kind+"."+label+":") || strings.Contains(text, l.namespace) {
				l.errors, known = append(l.errors, text), true
				lives[label] = l
			}
		}
		if !known {
			t.Fatal(text)
		}
	}
}

// run takes all lives through their stages, and destroys what there is.
func run(t *testing.T, everyone *people, lives map[string]life) {
	t.Helper()
	terraform := acctest.NewCLI(t)
	block := acctest.FaultyProxy(t, everyone.fault)
	command := func(args ...string) {
		output, _ := terraform.Run(append(args, "-json", "-parallelism=60")...)
		hear(t, lives, output)
	}
	for stage := range stages {
		terraform.Configure(block + configured(lives, stage))
		// What is read for a plan isn't refused here, but would break off an apply.
		command("apply", "-auto-approve", "-refresh=false")
		if stage == 0 {
			command("plan")
		}
	}
	command("destroy", "-auto-approve", "-refresh=false")
}

// judge compares what became of a life with what the role's rows say.
func (l life) judge(t *testing.T, role rights.Role, refused []rights.Right) {
	t.Helper()
	for _, right := range refused {
		if !slices.ContainsFunc(l.lacks, func(lost rights.Right) bool { return refusedFor(right, lost) }) {
			t.Errorf("it was refused %s, which no role has: %s", right, l.errors)
		}
	}
	says := strings.Join(l.errors, "\n")
	for _, right := range l.lacks {
		switch {
		case len(refused) == 0:
			t.Errorf("nobody asked for %s, so that no role needs it: %s", right, says)
		case len(l.tells) > 0:
		case role.Tolerated(right) && says != "":
			t.Errorf("it can't do without %s, though the table says so: %s", right, says)
		case !role.Tolerated(right) && !strings.Contains(says, named(right)):
			t.Errorf("no error says that %s is missing: %s", right, says)
		}
	}
	for text, isThere := range l.tells {
		if strings.Contains(says, text) != isThere {
			t.Errorf("whether the error has %q should be %t: %s", text, isThere, says)
		}
	}
	if len(l.lacks) == 0 && says != "" {
		t.Errorf("with all rights: %s", says)
	}
}

// refusedFor reports whether the lack of a right leads to the refusal.
func refusedFor(right, lost rights.Right) bool {
	switch {
	case right.Verb == "bind":
		// Which of the roles may not be bound isn't in the refusal.
		return lost.Verb == "bind"
	case right.Verb == "get" && lost.Verb == "list":
		return right.Resource == lost.Resource
	}
	return right == lost
}

// named is how an error says that the right is missing.
func named(right rights.Right) string {
	if right.Verb == "bind" || right.Verb == "escalate" {
		return "is attempting to grant RBAC permissions not currently held"
	}
	return fmt.Sprintf("cannot %s resource %q", right.Verb, right.Resource)
}
