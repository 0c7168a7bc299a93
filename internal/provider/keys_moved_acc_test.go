package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccMoved_undeclaredKeysGo holds that labels and annotations which hashicorp/kubernetes
// gave a namespace and a Pod, and which the new configuration doesn't declare, are gone after
// the apply that the plan warns of it in.
func TestAccMoved_undeclaredKeysGo(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	acctest.Needs(t, acctest.MoveAcrossTypes, acctest.RemovedBlocks)
	team, job := madeTeam(t, richPod()), madeJob(t)
	terraform := movable(t, "kubernetes.tfstate", team, job)
	declared := regexp.MustCompile(`(?m)^  (labels|annotations) .*\n`)
	terraform.Configure(declared.ReplaceAllString(fmt.Sprintf(readFile(t, "moved.tf"), team.Namespace, job.Namespace), ""))
	said := acctest.Hear(t, terraform.Must(2, "plan", "-detailed-exitcode", "-json", "-out=plan"))
	for _, address := range []string{"mar_cluster.team", `mar_instance.web["a"]`} {
		if warnings := said.About("warning", address); len(warnings) != 2 || !strings.HasPrefix(warnings[0].Summary, "Imported ") {
			t.Errorf("%s: the warnings are %+v", address, warnings)
		}
	}
	terraform.Must(0, "apply", "plan")
	for _, path := range []string{"namespaces/" + team.Namespace, "namespaces/" + team.Namespace + "/pods/web-a"} {
		all := keyed{client: acctest.Client(t), path: path}.all(t)
		if _, still := all["labels"]["team"]; still || all["annotations"]["example.com/owner"] != "" {
			t.Errorf("%s has %v", path, all)
		}
	}
	terraform.Must(0, "plan", "-detailed-exitcode")
}
