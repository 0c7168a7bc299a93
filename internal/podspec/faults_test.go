package podspec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// words are faults, one a line.
func words(faults []podspec.Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "  %s: %s\n", f.Where, f.Message)
	}
	return b.String()
}

// bad is a declaration in which something is wrong, as YAML.
type bad struct{ name, yaml string }

// TestDecode_namesAllThatIsWrong has every message that Decode gives.
func TestDecode_namesAllThatIsWrong(t *testing.T) {
	var got strings.Builder
	for _, b := range []bad{
		{"unknown fields", `{nodeselector: {}, toleration: [], image_pull_secrets: [], affinity: {nodeAfinity: {}}, zzzzzzz: 1}`},
		{"of a container", `{lifecycle: {}, envFrom: []}`},
		{"a whole Pod", `{apiVersion: v1, kind: Pod, metadata: {}, spec: {}}`},
		{"types", `{hostNetwork: maybe, terminationGracePeriodSeconds: 1.5, priority: 3000000000, tolerations: {key: a}, nodeSelector: [a], dnsConfig: x, hostname: [a]}`},
		{"several at once", `{containers: [{name: a, env: [{name: A, vaule: b}, {name: B, value: [1]}], resources: {limits: {cpu: 1 core, memory: 4GB}}}]}`},
		{"amounts", `{overhead: {cpu: "-1", memory: "0.0001"}, volumes: [{name: a, emptyDir: {sizeLimit: big}}]}`},
		{"ports", `{containers: [{name: a, livenessProbe: {httpGet: {port: 99999999999}, initialDelaySeconds: soon}}]}`},
		{"directives", `{containers: [{name: a, $patch: delete}], $setElementOrder/containers: []}`},
		{"refused", `{restartPolicy: Never, serviceAccountName: a, serviceAccount: a, ephemeralContainers: [{name: a}], securityContext: {runAsNonRoot: true, runAsUser: 1, runAsGroup: 1, fsGroup: 1, seccompProfile: {}, appArmorProfile: {}, seLinuxOptions: {}}}`},
		{"claim template", `{volumes: [{name: a, ephemeral: {volumeClaimTemplate: {metadata: {name: a, creationTimestamp: x}}}}]}`},
	} {
		_, faults := podspec.Decode(hcl(t, b.yaml))
		fmt.Fprintf(&got, "%s, object\n%s", b.name, words(faults))
		_, inText := podspec.Decode(text(b.yaml))
		if len(inText) != len(faults) {
			t.Errorf("%s: %d faults in the object, %d in the text:\n%s", b.name, len(faults), len(inText), words(inText))
		}
	}
	for _, b := range []bad{
		{"empty", " \n"},
		{"null", "null"},
		{"a document of nothing", "---"},
		{"a comment alone", "# nothing"},
		{"a scalar", "hello"},
		{"a list", "- a\n- b"},
		{"broken", "containers:\n- name: a\n image: b"},
		{"broken JSON", `{"containers": [}`},
		{"two documents", "hostname: a\n---\nhostname: b"},
		{"twice the same key", "hostname: a\nnodeSelector:\n  a: b\n  c: d\n  a: e\nhostname: b"},
		{"lines", "containers:\n- name: a\n  image: b\n  env:\n  - name: A\n    valeu: c\nhostname: [a]"},
		{"aliases beyond measure", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]"},
	} {
		_, faults := podspec.Decode(text(b.yaml))
		fmt.Fprintf(&got, "%s, text\n%s", b.name, words(faults))
	}
	assert.Check(t, golden.String(got.String(), "faults_decode.txt"))
}

// Terraform shows the line of a path's value.
func TestDecode_pathsLeadIntoTheObject(t *testing.T) {
	_, faults := podspec.Decode(hcl(t, `{containers: [{name: a}, {name: b, env: [{name: A, vaule: b}]}], nodeSelector: {"kubernetes.io/os": [1]}}`))
	want := []path.Path{
		path.Root("pod").AtName("containers").AtTupleIndex(1).AtName("env").AtTupleIndex(0).AtName("vaule"),
		path.Root("pod").AtName("nodeSelector").AtName("kubernetes.io/os"),
	}
	if len(faults) != len(want) {
		t.Fatalf("got %d faults:\n%s", len(faults), words(faults))
	}
	for i := range want {
		if !faults[i].Path.Equal(want[i]) {
			t.Errorf("got %s, want %s", faults[i].Path, want[i])
		}
	}
	_, faults = podspec.Decode(text("hostname: [a]"))
	if len(faults) != 1 || !faults[0].Path.Equal(path.Root("pod")) {
		t.Errorf("a text: got %v", faults)
	}
}

func TestFault_isADiagnosticOnItsPath(t *testing.T) {
	_, faults := podspec.Decode(hcl(t, `{hostname: [a]}`))
	for _, d := range podspec.Diagnostics(faults) {
		if withPath, ok := d.(diag.DiagnosticWithPath); !ok || withPath.Path().String() != "pod.hostname" || d.Detail() != "pod.hostname: must be a text, but is a list." {
			t.Errorf("got %v", d)
		}
	}
	if len(faults) != 1 {
		t.Errorf("got %d faults", len(faults))
	}
}

func TestConflicts_nameBothSides(t *testing.T) {
	var got strings.Builder
	for _, b := range []bad{
		{"container app", `{containers: [{name: app, image: a, command: [a], args: [a], resources: {limits: {cpu: 1}, requests: {cpu: 1}}}]}`},
		{"its security", `{containers: [{name: app, securityContext: {runAsNonRoot: true, runAsUser: 1, runAsGroup: 1, readOnlyRootFilesystem: true, allowPrivilegeEscalation: true, capabilities: {}, seccompProfile: {}, appArmorProfile: {}, seLinuxOptions: {}}}]}`},
		{"an init container", `{initContainers: [{name: app, image: a}]}`},
		{"env", `{containers: [{name: app, env: [{name: A, value: $(B)}, {name: C, value: d}]}]}`},
		{"ports", `{containers: [{name: app, ports: [{containerPort: 8080, name: web, hostPort: 8080}, {containerPort: 8080, protocol: UDP}]}]}`},
		{"volumes", `{volumes: [{name: data, emptyDir: {}}, {name: other, emptyDir: {}}], containers: [{name: app, volumeMounts: [{mountPath: /data, name: data, mountPropagation: None}]}]}`},
		{"probes", `{containers: [{name: app, livenessProbe: {httpGet: {port: 8080}, failureThreshold: 1}, readinessProbe: {tcpSocket: {port: 1}}}]}`},
		{"another handler", `{containers: [{name: app, livenessProbe: {tcpSocket: {port: 8080}}}]}`},
	} {
		fmt.Fprintf(&got, "%s\n%s", b.name, words(podspec.Conflicts(flatly(t), declared(t, b.yaml))))
	}
	assert.Check(t, golden.String(got.String(), "faults_conflicts.txt"))
}

// What the flat attributes can't say is no conflict.
func TestConflicts_leaveTheRestAlone(t *testing.T) {
	for _, yaml := range []string{
		`{}`,
		`{automountServiceAccountToken: true}`,
		`{containers: [{name: app, lifecycle: {preStop: {sleep: {seconds: 5}}}, envFrom: [{secretRef: {name: a}}], resources: {claims: [{name: gpu}]}, livenessProbe: {terminationGracePeriodSeconds: 1}}]}`,
		`{containers: [{name: app, securityContext: {privileged: false, procMount: Default}, workingDir: /a, imagePullPolicy: Always}]}`,
		`{containers: [{name: side, image: a, args: [a], env: [{name: A, value: b}], securityContext: {runAsUser: 1}}], securityContext: {supplementalGroups: [1], sysctls: [{name: a, value: b}]}}`,
		`{containers: "(unknown)"}`,
	} {
		if faults := podspec.Conflicts(flatly(t), declared(t, yaml)); len(faults) > 0 {
			t.Errorf("%s:\n%s", yaml, words(faults))
		}
	}
}

// invalid are declarations that the API server refuses, but for two that it would
// make something else of.
func invalid() []bad {
	return []bad{
		{"times", `{terminationGracePeriodSeconds: -1, activeDeadlineSeconds: 0}`},
		{"tolerations", `{tolerations: [{key: a, operator: Exists, value: b}, {value: c}, {key: a, operator: Is}, {key: a, operator: Exists, effect: Never}, {key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]}`},
		{"privileged app", `{containers: [{name: app, securityContext: {privileged: true}}]}`},
		{"privileged sidecar", `{containers: [{name: side, image: a, securityContext: {privileged: true, allowPrivilegeEscalation: false}}]}`},
		{"long names", `{containers: [{name: ` + strings.Repeat("a", 64) + `, image: a, ports: [{name: a-very-long-name, containerPort: 1}]}], volumes: [{name: ` + strings.Repeat("a", 64) + `, emptyDir: {}}], hostname: ` + strings.Repeat("a", 64) + `}`},
		{"wrong names", `{containers: [{name: Side, image: a, env: [{name: "A=B", value: c}], ports: [{name: "80", containerPort: 80}]}], volumes: [{name: "a b", emptyDir: {}}], priorityClassName: "a b", nodeSelector: {"a b": c, d: "e f"}}`},
		{"twice the same", `{containers: [{name: side, image: a}, {name: side, image: b, env: [{name: A, value: a}, {name: A, value: b}], volumeMounts: [{name: data, mountPath: /a}, {name: data, mountPath: /a}], ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}, {containerPort: 2}]}], initContainers: [{name: first, image: a}, {name: first, image: a}], volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]}`},
		{"one name for both", `{containers: [{name: side, image: a}], initContainers: [{name: side, image: a}]}`},
		{"no names", `{containers: [{image: a}], volumes: [{emptyDir: {}}], imagePullSecrets: [{}]}`},
		{"no image", `{containers: [{name: side}], initContainers: [{name: first}]}`},
		{"probes", `{containers: [{name: side, image: a, livenessProbe: {periodSeconds: 1}, readinessProbe: {tcpSocket: {port: 1}, exec: {command: [a]}}, lifecycle: {preStop: {}, postStart: {exec: {command: [a]}, sleep: {seconds: 1}}}}]}`},
		{"fields", `{tolerations: [{key: a b, operator: Exists}], hostAliases: [{ip: x, hostnames: [A]}], dnsConfig: {nameservers: [x], searches: ["*"]}, readinessGates: [{conditionType: a b}], hostnameOverride: A, securityContext: {sysctls: [{name: A, value: a}], supplementalGroups: [-1]}}`},
		{"fields of a container", `{terminationGracePeriodSeconds: 1, containers: [{name: side, image: a, envFrom: [{prefix: "=", secretRef: {name: A}}], resizePolicy: [{resourceName: gpu, restartPolicy: Never}], volumeMounts: [{name: data, mountPath: /a, subPath: ../a}, {name: data, mountPath: /b, subPath: a, subPathExpr: a}], lifecycle: {preStop: {sleep: {seconds: 2}}}, livenessProbe: {tcpSocket: {port: 70000}, successThreshold: 2}, readinessProbe: {httpGet: {port: A, httpHeaders: [{name: a b, value: a}]}, terminationGracePeriodSeconds: 1}, securityContext: {runAsUser: -1, procMount: Some, seccompProfile: {type: Localhost}, appArmorProfile: {type: Unconfined, localhostProfile: a}}}]}`},
		{"missing fields", `{os: {}, containers: [{name: side, image: a, env: [{name: A, valueFrom: {configMapKeyRef: {name: a}}}], readinessProbe: {exec: {}}, volumeMounts: [{mountPath: /a}]}], affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, podAffinityTerm: {}}]}}, volumes: [{name: a, csi: {}}]}`},
		{"volumes", `{volumes: [{name: none}, {name: two, emptyDir: {}, configMap: {name: a}}, {name: projected, projected: {sources: [{}, {secret: {name: a}, configMap: {name: a}}]}}]}`},
		{"sources", `{containers: [{name: side, image: a, envFrom: [{}], env: [{name: A, value: a, valueFrom: {fieldRef: {fieldPath: a}}}, {name: B, valueFrom: {}}]}], resourceClaims: [{name: a}]}`},
		{"references", `{containers: [{name: side, image: a, volumeMounts: [{name: nowhere, mountPath: /a}, {name: data, mountPath: /b}], resources: {claims: [{name: gpu}]}}]}`},
		{"words", `{dnsPolicy: Cluster, topologySpreadConstraints: [{topologyKey: a, maxSkew: 1, whenUnsatisfiable: Never}], containers: [{name: side, image: a, imagePullPolicy: Sometimes, ports: [{containerPort: 0, protocol: tcp}]}]}`},
		{"dns", `{dnsPolicy: None}`},
		{"modes", `{volumes: [{name: a, secret: {secretName: a, defaultMode: 644, items: [{key: a, path: a, mode: -1}]}}]}`},
		{"affinity", `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}, {key: a, operator: Exists, values: [b]}, {key: a, operator: Gt, values: ["1", "2"]}, {key: a, operator: Like}]}]}}}}`},
	}
}

func TestValidate_namesWhatKubernetesWouldRefuse(t *testing.T) {
	var got strings.Builder
	for _, b := range invalid() {
		fmt.Fprintf(&got, "%s\n%s", b.name, words(podspec.Validate(flatly(t), true, declared(t, b.yaml))))
	}
	assert.Check(t, golden.String(got.String(), "faults_validate.txt"))
}

func TestValidate_unknownContradictsNothing(t *testing.T) {
	for _, yaml := range []string{
		`{containers: "(unknown)"}`,
		`{containers: ["(unknown)", {name: "(unknown)", image: a}, {name: "(unknown)", image: a}]}`,
		`{containers: [{name: side, image: "(unknown)", livenessProbe: "(unknown)", readinessProbe: {exec: "(unknown)"}}]}`,
		`{volumes: [{name: a, emptyDir: "(unknown)"}, {name: "(unknown)", emptyDir: {}}], containers: [{name: side, image: a, volumeMounts: [{name: b, mountPath: /a}]}]}`,
		`{volumes: "(unknown)", containers: [{name: side, image: a, volumeMounts: [{name: b, mountPath: "(unknown)"}]}]}`,
		`{tolerations: [{key: "(unknown)", operator: "(unknown)", value: a}, {operator: "(unknown)"}, {key: a, effect: "(unknown)", tolerationSeconds: 1}]}`,
		`{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: "(unknown)"}]}]}}}}`,
		`{containers: [{name: app, livenessProbe: {terminationGracePeriodSeconds: 5}, securityContext: {privileged: "(unknown)"}, volumeMounts: [{name: data, mountPath: /more}]}]}`,
	} {
		d := declared(t, yaml)
		if faults := podspec.Validate(flatly(t), true, d); len(faults) > 0 {
			t.Errorf("%s:\n%s", yaml, words(faults))
		}
		if faults := podspec.Validate(corev1.PodSpec{}, false, d); len(faults) > 0 {
			t.Errorf("%s, and the attributes aren't known either:\n%s", yaml, words(faults))
		}
		if strings.Contains(yaml, "unknown") == d.Known() {
			t.Errorf("%s: Known is %v", yaml, d.Known())
		}
	}
}
