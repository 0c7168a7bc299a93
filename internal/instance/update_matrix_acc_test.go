package instance_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	fwresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/instance"
)

// effect is what a change does to a running instance, as the documentation says it.
type effect string

const (
	inPlace     effect = "in place, without a restart"
	newProgram  effect = "in place: the container is restarted, on the same node with the same address"
	newPod      effect = "a restart under the same name: another Pod with another address"
	replacement effect = "replacement"
	stateOnly   effect = "the state only"
	powerChange effect = "in place: the instance is stopped or started"
)

// changeOf is a change of one attribute, and what it does.
type changeOf struct {
	attribute string
	before    []string
	after     []string
	does      effect
	// forces is the path that forces a replacement, if it isn't the attribute.
	forces string
	// but is what the table adds.
	but string
}

// updateMatrix has every attribute that can be set. The table of the
// documentation is made of it.
func updateMatrix() []changeOf {
	const bigger = "image = \"registry.k8s.io/pause:3.9\""
	return []changeOf{
		{attribute: "annotations", after: []string{`annotations = { a = "1" }`}, does: inPlace},
		{attribute: "args", after: []string{`args = ["-v"]`}, does: replacement},
		{attribute: "command", after: []string{`command = ["/bin/other"]`}, does: replacement},
		{
			attribute: "cpu", before: []string{`cpu = "1"`, `memory = "1Gi"`}, after: []string{`cpu = "2"`, `memory = "1Gi"`}, does: inPlace,
			but: "replacement where Kubernetes can't: see [CPU and memory](#cpu-and-memory)",
		},
		{attribute: "desired_status", before: []string{running}, after: []string{stopped}, does: powerChange},
		{attribute: "env", after: []string{`env = { A = "1" }`}, does: replacement},
		{attribute: "env_value_from", after: []string{`env_value_from = { NODE = { field = "spec.nodeName" } }`}, does: replacement},
		{attribute: "health_checks", after: []string{`health_checks = { readiness = { tcp_port = "80" } }`}, does: replacement},
		{attribute: "image", before: []string{fmt.Sprintf("image = %q", image)}, after: []string{bigger}, does: newProgram, but: "replacement once the instance has finished"},
		{attribute: "labels", after: []string{`labels = { team = "shop" }`}, does: inPlace},
		{attribute: "limits", after: []string{`limits = { ephemeral-storage = "1Gi" }`}, does: replacement},
		{
			attribute: "memory", before: []string{`cpu = "1"`, `memory = "1Gi"`}, after: []string{`cpu = "1"`, `memory = "2Gi"`}, does: inPlace,
			but: "as `cpu`",
		},
		{
			attribute: "pod", after: []string{`pod = { nodeSelector = { "kubernetes.io/os" = "linux" } }`}, does: replacement,
			but: "another spelling, a default that is written down, and what the Pod already is change the state only",
		},
		{attribute: "ports", after: []string{`ports = { http = { port = 80 } }`}, does: replacement},
		{attribute: "min_ready_seconds", after: []string{`min_ready_seconds = 30`}, does: stateOnly},
		{attribute: "replace_on", after: []string{`replace_on = []`}, does: stateOnly},
		{
			attribute: "requests", before: []string{`cpu = "2"`, `memory = "1Gi"`, `requests = { cpu = "500m" }`},
			after: []string{`cpu = "2"`, `memory = "1Gi"`, `requests = { cpu = "1" }`}, does: inPlace,
			but: "replacement for anything but CPU and memory, and where Kubernetes can't",
		},
		{attribute: "restart_policy", after: []string{`restart_policy = "OnFailure"`}, does: replacement},
		{
			attribute: "restart_triggers", before: []string{`restart_triggers = { config = "1" }`}, after: []string{`restart_triggers = { config = "2" }`}, does: newPod,
			but: "nothing when they are set for the first time, or taken away",
		},
		{attribute: "secret_env_wo_version", before: []string{secretEnv("a", 1)}, after: []string{secretEnv("b", 2)}, does: replacement, but: "`secret_env_wo` alone: nothing"},
		{attribute: "security", after: []string{`security = { run_as_user = 1000 }`}, does: replacement, forces: "security run_as_user"},
		{attribute: "service_account", after: []string{`service_account = "default"`}, does: replacement},
		{attribute: "timeouts", after: []string{`timeouts = { create = "1m" }`}, does: stateOnly},
		{attribute: "volumes", after: []string{`volumes = { tmp = { mount_path = "/tmp", empty_dir = "Disk" } }`}, does: replacement},
		{attribute: "wait_for", after: []string{`wait_for = "Running"`}, does: stateOnly},
	}
}

// TestAccInstance_updateMatrix makes each change to a running instance and looks
// at the Pod's UID, revision and container.
func TestAccInstance_updateMatrix(t *testing.T) {
	t.Parallel()
	for _, c := range updateMatrix() {
		t.Run(c.attribute, func(t *testing.T) {
			t.Parallel()
			if c.attribute == "secret_env_wo_version" {
				acctest.Needs(t, acctest.WriteOnly)
			}
			cluster := acctest.Namespace(t)
			var before corev1.Pod
			kind := plancheck.ResourceActionUpdate
			checks := []plancheck.PlanCheck{}
			if c.does == replacement {
				kind = plancheck.ResourceActionReplace
				checks = append(checks, forcedBy{orAttribute(c.forces, c.attribute)})
			}
			after := thePod(t, cluster, func(pod *corev1.Pod) error { return did(c.does, &before, pod) })
			if c.does == powerChange {
				after = theTemplate(t, cluster, func(*corev1.PodTemplate) error { return nil })
			}
			test(t,
				resource.TestStep{Config: matrixConfig(cluster, c.before), Check: thePod(t, cluster, func(pod *corev1.Pod) error {
					before = *pod
					return nil
				})},
				resource.TestStep{Config: matrixConfig(cluster, c.after), ConfigPlanChecks: planned(append(checks, action(kind))...), Check: after},
				resource.TestStep{Config: matrixConfig(cluster, c.after), ConfigPlanChecks: quiet()},
			)
		})
	}
}

// TestAccInstance_updateMatrixOfAStoppedOne makes the same changes to a stopped
// instance, which none of them replaces.
func TestAccInstance_updateMatrixOfAStoppedOne(t *testing.T) {
	t.Parallel()
	for _, c := range updateMatrix() {
		if c.does == powerChange {
			continue
		}
		t.Run(c.attribute, func(t *testing.T) {
			t.Parallel()
			if c.attribute == "secret_env_wo_version" {
				acctest.Needs(t, acctest.WriteOnly)
			}
			cluster := acctest.Namespace(t)
			var before corev1.PodTemplate
			test(t,
				resource.TestStep{Config: matrixConfig(cluster, append(c.before, stopped)), Check: theTemplate(t, cluster, func(template *corev1.PodTemplate) error {
					before = *template
					return nil
				})},
				resource.TestStep{
					Config:           matrixConfig(cluster, append(c.after, stopped)),
					ConfigPlanChecks: planned(action(plancheck.ResourceActionUpdate)),
					Check: theTemplate(t, cluster, func(template *corev1.PodTemplate) error {
						sent := template.ResourceVersion != before.ResourceVersion
						return errors.Join(equal("the template's UID", template.UID, before.UID),
							equal("whether the template was changed", sent, c.does != stateOnly && c.does != newPod))
					}),
				},
				resource.TestStep{Config: matrixConfig(cluster, append(c.after, stopped)), ConfigPlanChecks: quiet()},
			)
		})
	}
}

// matrixConfig is an instance with a default image where none is given.
func matrixConfig(cluster string, attributes []string) string {
	if slices.ContainsFunc(attributes, func(a string) bool { return strings.HasPrefix(a, "image") }) {
		return block(cluster, append([]string{`name = "web"`}, attributes...)...)
	}
	return instanceConfig(cluster, attributes...)
}

func orAttribute(forces, attribute string) string {
	if forces == "" {
		return attribute
	}
	return forces
}

// did compares the Pods before and after a change.
func did(does effect, before, after *corev1.Pod) error {
	samePod, sameProgram := before.UID == after.UID, before.Status.ContainerStatuses[0].ContainerID == after.Status.ContainerStatuses[0].ContainerID
	untouched := before.ResourceVersion == after.ResourceVersion
	switch does {
	case stateOnly:
		return equal("whether nothing was sent", untouched, true)
	case inPlace:
		return errors.Join(equal("whether the Pod stayed", samePod, true), equal("whether its program stayed", sameProgram, true), equal("whether nothing was sent", untouched, false))
	case newProgram:
		return errors.Join(equal("whether the Pod stayed", samePod, true), equal("whether its program stayed", sameProgram, false))
	default:
		return equal("whether the Pod stayed", samePod, false)
	}
}

const (
	matrixBegin = "<!-- update matrix: written by a test, from the changes that it makes -->\n"
	matrixEnd   = "<!-- update matrix ends -->"
)

var writeMatrix = flag.Bool("matrix", false, "write the table of changes into the documentation's template")

// TestUpdateMatrix_isTheDocumentations holds that every attribute has its row,
// and that the documentation says of it what the matrix proves.
func TestUpdateMatrix_isTheDocumentations(t *testing.T) {
	var described fwresource.SchemaResponse
	instance.NewResource().Schema(t.Context(), fwresource.SchemaRequest{}, &described)
	rows := map[string]string{
		"cluster": "replacement", "name": "replacement", "secret_env_wo": "nothing by itself: see `secret_env_wo_version`",
	}
	for _, c := range updateMatrix() {
		rows[c.attribute] = string(c.does)
		if c.but != "" {
			rows[c.attribute] += "; " + c.but
		}
	}
	var table strings.Builder
	table.WriteString("| attribute | what a change does to a running instance |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(described.Schema.Attributes)) {
		attribute := described.Schema.Attributes[name]
		if !attribute.IsOptional() && !attribute.IsRequired() {
			continue
		}
		if rows[name] == "" {
			t.Errorf("%s has no row in the matrix", name)
		}
		fmt.Fprintf(&table, "| `%s` | %s |\n", name, rows[name])
	}
	file := filepath.Join("..", "..", "templates", "resources", "instance.md.tmpl")
	template, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(template), matrixBegin)
	written, tail, ended := strings.Cut(rest, matrixEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the matrix", file)
	}
	if *writeMatrix {
		if err := os.WriteFile(file, []byte(head+matrixBegin+table.String()+matrixEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if written != table.String() {
		t.Errorf("%s disagrees with the matrix; write it with -matrix:\n%s", file, table.String())
	}
}
