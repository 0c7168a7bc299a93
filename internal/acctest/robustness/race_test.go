package robustness_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/runner"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/scenario"
)

// TestAccRobustness_noDataRaces makes, reads, changes and destroys many instances at once with a
// provider that looks for data races.
func TestAccRobustness_noDataRaces(t *testing.T) {
	onlyInFull(t)
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("the race detector needs a C compiler, and there is none")
	}
	suite := runner.NewSuite(t, provider(t))
	racing := *suite
	racing.Provider = filepath.Join(t.TempDir(), "terraform-provider-mar")
	if err := build(racing.Provider, []string{"CGO_ENABLED=1"}, "-race"); err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(t.TempDir(), "race")
	t.Setenv("GORACE", "log_path="+logs)
	w := racing.World(t, scenarioOf(t, "many-create"))
	const count = 60
	config := func(team string) string {
		return fmt.Sprintf(`
resource "mar_cluster" "many" {
  count = 3
  name  = "%[1]s-${count.index}"
  quota = { cpu = "100", memory = "100Gi", instances = 100 }
}

resource "mar_instance" "many" {
  count          = %[2]d
  cluster        = mar_cluster.many[count.index %% 3].name
  name           = "web-${count.index}"
  image          = %[3]q
  cpu            = "100m"
  memory         = "64Mi"
  labels         = { team = %[4]q }
  desired_status = count.index %% 10 == 0 ? %[4]q == "shop" ? "Running" : "Stopped" : null
}
`, scenario.Place, count, scenario.Image, team)
	}
	for _, step := range []struct {
		team string
		args []string
	}{
		{"shop", []string{"apply", "-auto-approve", "-parallelism=30"}},
		{"shop", []string{"plan", "-detailed-exitcode", "-parallelism=30"}},
		{"pay", []string{"apply", "-auto-approve", "-parallelism=30"}},
		{"pay", []string{"plan", "-detailed-exitcode", "-parallelism=30"}},
		{"pay", []string{"destroy", "-auto-approve", "-parallelism=30"}},
	} {
		if err := w.Configure(config(step.team)); err != nil {
			t.Fatal(err)
		}
		c, err := w.Terraform(step.args[0], step.args...)
		if err != nil {
			t.Fatal(err)
		}
		if c.Exit != 0 {
			t.Errorf("%v ended with %d:\n%s", step.args, c.Exit, c.Errors())
		}
	}
	found, err := filepath.Glob(logs + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range found {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("a data race:\n%s", strings.TrimSpace(string(text)))
	}
}
