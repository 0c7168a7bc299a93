package rights_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/rights"
)

var update = flag.Bool("update", false, "write what is published anew")

const (
	examples = "../../examples/guides/permissions"
	guide    = "../../templates/guides/permissions.md.tmpl"
	// shop is the cluster in the examples.
	shop = "shop"
)

// TestPublished_isTheTable holds that the files and the page agree with the table.
func TestPublished_isTheTable(t *testing.T) {
	for _, role := range rights.Roles() {
		file := filepath.Join(examples, strings.TrimPrefix(role.Name, "mar-")+".yaml")
		same(t, file, func(string) string { return manifest(role) })
		object, wanted := any(&rbacv1.ClusterRole{}), any(role.ClusterRole())
		if role.Namespaced {
			object, wanted = &rbacv1.Role{}, role.Role(shop)
		}
		if err := yaml.UnmarshalStrict([]byte(read(t, file)), object); err != nil {
			t.Errorf("%s: %v", file, err)
		} else if diff := cmp.Diff(wanted, object); diff != "" {
			t.Errorf("%s: -role +file\n%s", file, diff)
		}
	}
	same(t, filepath.Join(examples, "instances.tf"), func(text string) string {
		for _, role := range []rights.Role{rights.PlanInstances(), rights.ApplyInstances()} {
			text = between(t, text, "  "+strings.ReplaceAll(role.Name, "-", "_")+" = [\n", "  ]\n", hcl(role))
		}
		return text
	})
	same(t, guide, func(text string) string {
		return between(t, text, "<!-- rights: written by a test, from the table that the roles are made of -->\n", "<!-- rights end -->", markdown())
	})
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}

// same compares a file with its wanted content, or writes that with -update.
func same(t *testing.T, file string, should func(string) string) {
	t.Helper()
	is := read(t, file)
	want := should(is)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, is); diff != "" {
		t.Errorf("%s: -table +file; write it anew with -update if that is meant:\n%s", file, diff)
	}
}

// between replaces the part of the text between begin and end.
func between(t *testing.T, text, begin, end, part string) string {
	t.Helper()
	head, rest, found := strings.Cut(text, begin)
	_, tail, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("there is no place for %q", begin)
	}
	return head + begin + part + end + tail
}

func manifest(role rights.Role) string {
	var b strings.Builder
	kind, namespace := "ClusterRole", ""
	if role.Namespaced {
		kind, namespace = "Role", "  namespace: "+shop+"\n"
	}
	fmt.Fprintf(&b, "# %s.\n# %s\napiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata:\n  name: %s\n%srules:\n", role.Title, role.About, kind, role.Name, namespace)
	before := ""
	for _, g := range role.Grants() {
		if g.For != before {
			fmt.Fprintf(&b, "  # For %s.\n", plain(g.For))
		}
		before = g.For
		for _, verb := range tolerated(g.Row, g.Verbs) {
			fmt.Fprintf(&b, "  # Without %s: %s.\n", verb, plain(g.Without[verb]))
		}
		group := g.Group
		if group == "" {
			group = `""`
		}
		fmt.Fprintf(&b, "  - apiGroups: [%s]\n    resources: [%s]\n", group, strings.Join(g.Resources, ", "))
		if len(g.Names) > 0 {
			fmt.Fprintf(&b, "    resourceNames: [%s]\n", strings.Join(g.Names, ", "))
		}
		fmt.Fprintf(&b, "    verbs: [%s]\n", strings.Join(g.Verbs, ", "))
	}
	return b.String()
}

// tolerated returns those verbs that the provider can do without.
func tolerated(row rights.Row, verbs []string) []string {
	return slices.DeleteFunc(slices.Clone(verbs), func(verb string) bool { return row.Without[verb] == "" })
}

func plain(text string) string { return strings.ReplaceAll(text, "`", "") }

func hcl(role rights.Role) string {
	var b strings.Builder
	quoted := func(words []string) string { return `"` + strings.Join(words, `", "`) + `"` }
	for _, g := range role.Grants() {
		fmt.Fprintf(&b, "    { api_groups = [%q], resources = [%s], verbs = [%s] },\n", g.Group, quoted(g.Resources), quoted(g.Verbs))
	}
	return b.String()
}

// markdown returns the page's table. The kinds that are only read before a destroy are one row.
func markdown() string {
	var b strings.Builder
	b.WriteString("| for | resources | a plan takes | an apply takes besides | without it |\n| --- | --- | --- | --- | --- |\n")
	var looked []string
	for _, row := range rights.Table() {
		if row.Part == rights.Destroy {
			looked = append(looked, resources(row))
			continue
		}
		writeRow(&b, row.For, resources(row), row)
	}
	for _, row := range rights.Table() {
		if row.Part == rights.Destroy {
			writeRow(&b, row.For, strings.Join(looked, "; "), row)
			break
		}
	}
	return b.String()
}

func writeRow(b *strings.Builder, what, resources string, row rights.Row) {
	var without []string
	verbs := slices.Concat(row.Plan, row.Apply)
	for _, verb := range tolerated(row, verbs) {
		without = append(without, fmt.Sprintf("`%s`: %s", verb, row.Without[verb]))
	}
	if len(without) == 0 {
		without = []string{"an error"}
	} else if len(without) < len(verbs) {
		without = append(without, "others: an error")
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", what, resources, strings.Join(row.Plan, ", "), strings.Join(row.Apply, ", "), strings.Join(without, "; "))
}

func resources(row rights.Row) string {
	text := "`" + strings.Join(row.Resources, "`, `") + "`"
	if len(row.Names) > 0 {
		text += " named `" + strings.Join(row.Names, "`, `") + "`"
	}
	if row.Group != "" {
		text += " of `" + row.Group + "`"
	}
	return text
}
