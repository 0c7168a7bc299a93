package scenario

import (
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Password and NewPassword are the secrets in scenarios with some.
const (
	Password    = "correct-horse-battery"
	NewPassword = "staple-horse-correct"
)

// instance is a named one of that body beside its size.
func instance(body string) string {
	return instanceOf(fmt.Sprintf("  name = %q\n", "web"), Image, body)
}

func instanceOf(name, image, body string) string {
	return fmt.Sprintf("resource \"mar_instance\" \"web\" {\n  cluster = %q\n%s  image = %q\n  cpu = \"100m\"\n  memory = \"64Mi\"\n%s\n}\n", Place, name, image, body)
}

func withSecret(value string, version int) string {
	return fmt.Sprintf("  secret_env_wo = { PASSWORD = %q }\n  secret_env_wo_version = %d", value, version)
}

func sized(cpu, memory string) string {
	return fmt.Sprintf("resource \"mar_instance\" \"web\" {\n  cluster = %q\n  name = \"web\"\n  image = %q\n  cpu = %q\n  memory = %q\n}\n", Place, Image, cpu, memory)
}

func instances() []Scenario {
	plain := instance("")
	first, second := instance(withSecret(Password, 1)), instance(withSecret(NewPassword, 2))
	return []Scenario{
		{Name: "instance-create", After: plain, Part: true},
		{Name: "instance-unnamed", After: instanceOf("", Image, ""), Unnamed: true},
		{Name: "instance-secrets", Needs: acctest.WriteOnly, After: first, Secrets: []string{Password}, Part: true},
		{Name: "instance-stopped", After: instance(`  desired_status = "Stopped"`)},
		{Name: "instance-replace", Before: instance(`  env = { A = "1" }`), After: instance(`  env = { A = "2" }`)},
		{Name: "instance-new-secret", Needs: acctest.WriteOnly, Before: first, After: second, Secrets: []string{Password, NewPassword}},
		{Name: "instance-image", Before: plain, After: instanceOf("  name = \"web\"\n", NewImage, "")},
		{Name: "instance-labels", Before: instance(labelled), After: instance(relabelled)},
		{Name: "instance-label-removed", Before: instance(labelled), After: instance(unlabelled)},
		{Name: "instance-resize", Before: plain, After: sized("200m", "128Mi")},
		{
			Name: "instance-all-in-place", Part: true,
			Before: instance(labelled),
			After: fmt.Sprintf("resource \"mar_instance\" \"web\" {\n  cluster = %q\n  name = \"web\"\n  image = %q\n  cpu = \"200m\"\n  memory = \"128Mi\"\n%s\n}\n",
				Place, NewImage, relabelled),
		},
		{Name: "instance-destroy", Before: plain, After: plain, Command: Destroy()},
		{Name: "instance-destroy-secrets", Needs: acctest.WriteOnly, Before: first, After: first, Command: Destroy(), Secrets: []string{Password}},
		{Name: "instance-destroy-stopped", Before: instance(`  desired_status = "Stopped"`), After: instance(`  desired_status = "Stopped"`), Command: Destroy()},
	}
}

// holds are waits for an instance that has to stay ready for a while.
func holds() []Scenario {
	const held = "  min_ready_seconds = 2"
	return []Scenario{
		{Name: "instance-min-ready-create", After: instance(held)},
		{Name: "instance-min-ready-image", Before: instance(held), After: instanceOf("  name = \"web\"\n", NewImage, held)},
	}
}
