package scenario

import (
	"fmt"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// powers are stops, starts and restarts, by attribute and by action.
func powers() []Scenario {
	with := func(body string) string { return instance(withSecret(Password, 1) + "\n" + body) }
	running, stopped := with(`  desired_status = "Running"`), with(`  desired_status = "Stopped"`)
	once, twice := with(`  restart_triggers = { config = "1" }`), with(`  restart_triggers = { config = "2" }`)
	secrets := []string{Password}
	plain := with("")
	acted := func(action, before string) Scenario {
		config := plain + fmt.Sprintf("action \"mar_instance_%s\" \"web\" {\n  config {\n    cluster = %q\n    name    = \"web\"\n  }\n}\n", action, Place)
		return Scenario{Name: "action-" + action, Needs: acctest.Actions, Before: before, After: config, Command: Invoke("mar_instance_" + action + ".web"), Secrets: secrets}
	}
	return []Scenario{
		{Name: "instance-stop", Needs: acctest.WriteOnly, Before: running, After: stopped, Secrets: secrets, Part: true},
		{Name: "instance-start", Needs: acctest.WriteOnly, Before: stopped, After: running, Secrets: secrets},
		{Name: "instance-restart", Needs: acctest.WriteOnly, Before: once, After: twice, Secrets: secrets},
		acted("stop", plain),
		acted("start", stopped),
		acted("restart", plain),
	}
}
