package keycheck_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/headgym/terraform-provider-mar/internal/keycheck"
	"github.com/headgym/terraform-provider-mar/internal/provider"
)

func schemas(tb testing.TB) keycheck.Schemas {
	tb.Helper()
	server, err := provider.NewServer("test")
	if err != nil {
		tb.Fatal(err)
	}
	all, err := server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	return keycheck.SchemasOf(all)
}

// write creates files in a new folder, by name.
func write(tb testing.TB, files map[string]string) string {
	tb.Helper()
	folder := tb.TempDir()
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return folder
}

// found returns for each key where it is, which object has it, and what was meant.
func found(folder string, blocks []*keycheck.Block) []string {
	all := []string{}
	for _, block := range blocks {
		for _, key := range block.Keys {
			file, err := filepath.Rel(folder, key.File)
			if err != nil {
				file = key.File
			}
			all = append(all, fmt.Sprintf("%s:%d %s in %s? %s", filepath.ToSlash(file), key.Line, key.Name, key.In, key.Nearest))
		}
	}
	return all
}

func read(tb testing.TB, folder string) []string {
	tb.Helper()
	return found(folder, keycheck.Read(folder, filepath.Join(folder, ".terraform"), schemas(tb)))
}

// cluster is a mar_cluster with these arguments; the first is in line 2.
func cluster(arguments string) string {
	return "resource \"mar_cluster\" \"c\" {\n" + arguments + "\n}\n"
}

// named gives the cluster in a file another name.
func named(name, file string) string {
	return strings.Replace(file, `"c"`, fmt.Sprintf("%q", name), 1)
}

func instance(arguments string) string {
	return "resource \"mar_instance\" \"i\" {\n" + arguments + "\n}\n"
}

// An unknown key of a literal object is found wherever the literal is.
func TestRead_findsKeysThatTheSchemaLacks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ config, want string }{
		"an object":               {cluster(`quota = { cpu = "4", memry = "8Gi" }`), `memry in quota? memory`},
		"a quoted key":            {cluster(`quota = { "cpus" : 4 }`), `cpus in quota? cpu`},
		"camel case":              {instance(`security = { readOnlyRootFilesystem = true }`), `readOnlyRootFilesystem in security? read_only_root_filesystem`},
		"another word":            {instance(`health_checks = { liveness = { period_seconds = 3 } }`), `period_seconds in health_checks["liveness"]? period`},
		"nothing near":            {cluster(`quota = { zzz = 1 }`), `zzz in quota? `},
		"deep within":             {cluster(`limit_range = { container = { defaults = {} } }`), `defaults in limit_range.container? default`},
		"in a set":                {cluster(`network = { ingress = { rules = [{ ports = [1], cird = "" }] } }`), `cird in network.ingress.rules[…]? cidr`},
		"timeouts":                {cluster(`timeouts = { crate = "1m" }`), `crate in timeouts? create`},
		"parentheses":             {cluster(`quota = (({ cpus = 1 }))`), `cpus in quota? cpu`},
		"a template of one part":  {cluster(`quota = "${{ cpus = 1 }}"`), `cpus in quota? cpu`},
		"one arm":                 {cluster(`quota = var.small ? { cpus = 1 } : null`), `cpus in quota? cpu`},
		"the other arm":           {cluster(`quota = var.small ? null : { cpus = 1 }`), `cpus in quota? cpu`},
		"merge":                   {cluster(`quota = merge(local.quota, { cpus = 1 })`), `cpus in quota? cpu`},
		"merge of a list":         {cluster(`quota = merge({ cpus = 1 }, [{ x = 1 }]...)`), `cpus in quota? cpu`},
		"a map of a for":          {cluster(`scoped_quotas = { for k in var.names : k => { scpes = [], scopes = [] } }`), `scpes in scoped_quotas[…]? scopes`},
		"a list of a for":         {cluster(`network = { ingress = { rules = [for p in var.ports : { port = [p] }] } }`), `port in network.ingress.rules[…]? ports`},
		"maps that are merged":    {cluster(`scoped_quotas = merge({ a = { scope = [] } }, var.more)`), `scope in scoped_quotas["a"]? scopes`},
		"beside what isn't known": {cluster(`quota = { (var.key) = 1, cpus = var.cpus }`), `cpus in quota? cpu`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{"main.tf:2 " + c.want}
			if diff := cmp.Diff(want, read(t, write(t, map[string]string{"main.tf": c.config}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Nothing is reported that isn't certain, nor keys that may be anything.
func TestRead_saysOnlyWhatIsCertain(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"right keys":             cluster(`quota = { cpu = 1, extra = { "count/jobs.batch" = 1 } }`),
		"a map of texts":         cluster(`labels = { whatever = "x" }`),
		"the keys of a map":      cluster(`scoped_quotas = { batch = { scopes = ["BestEffort"] } }`),
		"pod":                    instance(`pod = { whatever = 1 }`),
		"a reference":            cluster(`quota = local.quota`),
		"a computed key":         cluster(`quota = { (var.key) = 1, "${var.key}s" = 2 }`),
		"a for of the keys":      cluster(`quota = { for k, v in var.quota : k => v }`),
		"an unknown function":    cluster(`quota = lookup({ small = { cpu = 1 } }, var.size)`),
		"an index":               cluster(`quota = { small = { cpu = 1 } }[var.size]`),
		"a list of what":         cluster(`network = { ingress = { rules = var.rules } }`),
		"a null":                 cluster(`quota = null`),
		"a text":                 cluster(`quota = "x"`),
		"a list for an object":   cluster(`quota = [{ cpus = 1 }]`),
		"another provider's":     `resource "other_thing" "mar_x" { quota = { cpus = 1 } }`,
		"a type that isn't":      `resource "mar_other" "x" { quota = { cpus = 1 } }`,
		"a module's arguments":   `module "mar_x" { quota = { cpus = 1 } }`,
		"a data source":          `data "mar_cluster" "x" { name = "x" }`,
		"blocks within":          cluster("quota = {}\nlifecycle { ignore_changes = [quota] }"),
		"a file that is invalid": cluster(`quota = { cpus = 1 `),
		"something else":         "\x00\xff mar_",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := read(t, write(t, map[string]string{"main.tf": config})); len(got) > 0 {
				t.Errorf("found %v", got)
			}
		})
	}
}

// The same files are read as by Terraform and OpenTofu: those of the root module and of installed
// modules, in both syntaxes, and no others.
func TestRead_readsTheFilesThatAreInUse(t *testing.T) {
	t.Parallel()
	wrong := cluster(`quota = { cpus = 1 }`)
	const inJSON = `{"resource": {"mar_cluster": {"c": [{"//": "text", "quota": {"//": "text", "cpus": 1, "${var.x}": 1}}]}}}`
	const modules = `{"Modules": [{"Key": "", "Dir": "."}, {"Key": "a", "Dir": "a"}, {"Key": "b", "Dir": "./a"}, {"Key": "c", "Dir": "gone"}, {"Key": "d", "Dir": ".terraform/modules/d"}]}`
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"tf, tofu and JSON": {
			map[string]string{"a.tf": wrong, "b.tofu": named("b", wrong), "c.tf.json": named("e", inJSON), "d.tofu.json": named("d", inJSON)},
			[]string{"a.tf:2", "b.tofu:2", "c.tf.json:1", "d.tofu.json:1"},
		},
		"neither of a pair":               {map[string]string{"a.tf": wrong, "a.tofu": wrong, "b.tf.json": inJSON, "b.tofu.json": inJSON}, nil},
		"others":                          {map[string]string{"a.tf~": wrong, ".b.tf": wrong, "#c.tf#": wrong, "d.txt": wrong, "e/main.tf": wrong, "tests/f.tftest.hcl": wrong}, nil},
		"installed modules":               {map[string]string{".terraform/modules/modules.json": modules, "main.tf": calls("a", "c", "d"), "a/main.tf": wrong, ".terraform/modules/d/main.tf": wrong, "e/main.tf": wrong}, []string{".terraform/modules/d/main.tf:2", "a/main.tf:2"}},
		"a module that is called in JSON": {map[string]string{".terraform/modules/modules.json": modules, "main.tf.json": `{"module": {"b": {"source": "./a"}}}`, "a/main.tf": wrong}, []string{"a/main.tf:2"}},
		"modules of modules":              {map[string]string{".terraform/modules/modules.json": `{"Modules": [{"Key": "a.b", "Dir": "b"}, {"Key": "a", "Dir": "a"}]}`, "main.tf": calls("a"), "a/main.tf": calls("b"), "b/main.tf": wrong}, []string{"b/main.tf:2"}},
		"modules that nothing calls now":  {map[string]string{".terraform/modules/modules.json": `{"Modules": [{"Key": "a.b", "Dir": "b"}, {"Key": "a", "Dir": "a"}]}`, "main.tf": "# module \"a\" {\n" + calls("ab"), "a/main.tf": calls("b") + wrong, "b/main.tf": wrong}, nil},
		"a broken manifest":               {map[string]string{".terraform/modules/modules.json": `{"Modules": 1}`, "main.tf": wrong}, []string{"main.tf:2"}},
		"a byte order mark":               {map[string]string{"main.tf": "\ufeff" + wrong}, []string{"main.tf:2"}},
		"carriage returns":                {map[string]string{"main.tf": strings.ReplaceAll(wrong, "\n", "\r\n")}, []string{"main.tf:2"}},
		"a huge file":                     {map[string]string{"a.tf": "# " + strings.Repeat("x", 1<<20) + "\n" + wrong, "b.tf": wrong}, []string{"b.tf:2"}},
		"what is overridden":              {map[string]string{"main.tf": wrong, "x_override.tf": cluster(`quota = { cpu = 1 }`)}, nil},
		"what overrides":                  {map[string]string{"override.tf": wrong, "main.tf": cluster(`quota = { cpu = 1 }`)}, []string{"override.tf:2"}},
		"what isn't overridden":           {map[string]string{"main.tf": wrong, "override.tf": cluster(`name = "x"`)}, []string{"main.tf:2"}},
		"actions and lists": {
			map[string]string{"main.tf": "action \"mar_instance_stop\" \"x\" {\n  config {\n    timeouts = { invok = \"1m\" }\n  }\n}\n", "x.tfquery.hcl": "list \"mar_cluster\" \"x\" {\n  provider = mar\n  config {}\n}\n"},
			[]string{"main.tf:3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := write(t, c.files)
			var got []string
			for _, key := range read(t, folder) {
				got = append(got, strings.SplitN(key, " ", 2)[0])
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// calls are calls of modules with these names.
func calls(names ...string) string {
	var text strings.Builder
	for _, name := range names {
		fmt.Fprintf(&text, "module %q {\n  source = \"./m\"\n}\n", name)
	}
	return text.String()
}

// A file that can't be read is ignored, and delays nothing.
func TestRead_leavesOutWhatCantBeRead(t *testing.T) {
	t.Parallel()
	folder := write(t, map[string]string{"a.tf": cluster(`quota = { cpus = 1 }`), "folder.tf/x.tf": "mar_"})
	for link, target := range map[string]string{"b.tf": "gone", "c.tf": "c.tf", "d.tf": "a.tf", "e.tf": "/dev/zero"} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "f.tf"), []byte("mar_"), 0o000); err != nil {
		t.Fatal(err)
	}
	if got := read(t, folder); len(got) != 1 || !strings.Contains(got[0], "cpus") {
		t.Errorf("found %v", got)
	}
	if got := read(t, filepath.Join(folder, "gone")); len(got) > 0 {
		t.Errorf("found %v in a folder that isn't there", got)
	}
}
