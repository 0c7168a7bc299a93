package podspec_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

func TestEqual_aRespellingIsNoChange(t *testing.T) {
	for name, pair := range map[string][2]string{
		"amounts": {
			`{initContainers: [{name: a, image: b:1, resources: {limits: {cpu: 1000m, memory: 1Gi}}}], volumes: [{name: a, emptyDir: {sizeLimit: 0.5Gi}}]}`,
			`{initContainers: [{name: a, image: b:1, resources: {limits: {cpu: 1, memory: "1073741824"}}}], volumes: [{name: a, emptyDir: {sizeLimit: 512Mi}}]}`,
		},
		"texts and numbers": {
			`{hostNetwork: "true", terminationGracePeriodSeconds: "10", containers: [{name: app, env: [{name: C, value: 1.5}, {name: D, value: true}]}]}`,
			`{hostNetwork: true, terminationGracePeriodSeconds: 10, containers: [{name: app, env: [{name: C, value: "1.5"}, {name: D, value: "true"}]}]}`,
		},
		"defaults of a Pod": {
			`{hostname: a}`,
			`{hostname: a, dnsPolicy: ClusterFirst, schedulerName: default-scheduler, terminationGracePeriodSeconds: 30, enableServiceLinks: true, hostNetwork: false, tolerations: [], securityContext: {}}`,
		},
		"defaults of containers": {
			`{containers: [{name: a, image: b, resources: {limits: {memory: 1Gi}}, ports: [{containerPort: 1}], livenessProbe: {httpGet: {port: 1}}}]}`,
			`{containers: [{name: a, image: b, resources: {limits: {memory: 1Gi}, requests: {memory: 1Gi}}, ports: [{containerPort: 1, protocol: TCP}], livenessProbe: {httpGet: {port: "1", path: /, scheme: HTTP}, periodSeconds: 10, timeoutSeconds: 0, initialDelaySeconds: 0}, imagePullPolicy: Always, terminationMessagePolicy: File}]}`,
		},
		"the main container's": {
			`{containers: [{name: app, workingDir: /a}]}`,
			`{containers: [{name: app, workingDir: /a, imagePullPolicy: IfNotPresent, stdin: false, livenessProbe: {failureThreshold: 3}}]}`,
		},
		"volumes": {
			`{volumes: [{name: a, configMap: {name: b}}, {name: c, projected: {sources: [{serviceAccountToken: {path: d}}]}}, {name: e, hostPath: {path: /}}]}`,
			`{volumes: [{name: e, hostPath: {path: /, type: ""}}, {name: c, projected: {defaultMode: 420, sources: [{serviceAccountToken: {path: d, expirationSeconds: 3600}}]}}, {name: a, configMap: {name: b, defaultMode: 420}}]}`,
		},
		"order of keyed lists": {
			`{containers: [{name: a, image: a, env: [{name: A, value: a}, {name: B, value: b}], ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]}, {name: b, image: b}], imagePullSecrets: [{name: a}, {name: b}]}`,
			`{containers: [{name: b, image: b}, {name: a, image: a, env: [{name: B, value: b}, {name: A, value: a}], ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]}], imagePullSecrets: [{name: b}, {name: a}]}`,
		},
		"defaults that the API server leaves out": {
			`{volumes: [{name: s, secret: {secretName: a}}, {name: e, emptyDir: {}}], topologySpreadConstraints: [{topologyKey: z, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}], tolerations: [{key: a}], dnsConfig: {options: [{name: a}]}, containers: [{name: a, image: b, volumeMounts: [{name: e, mountPath: /e}], env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}, {name: B, valueFrom: {configMapKeyRef: {name: a, key: b}}}]}]}`,
			`{shareProcessNamespace: false, setHostnameAsFQDN: false, hostUsers: true, securityContext: {fsGroupChangePolicy: Always, supplementalGroupsPolicy: Merge, windowsOptions: {hostProcess: false}}, volumes: [{name: s, secret: {secretName: a, optional: false}}, {name: e, emptyDir: {}}], topologySpreadConstraints: [{topologyKey: z, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, minDomains: 1, nodeAffinityPolicy: Honor, nodeTaintsPolicy: Ignore}], tolerations: [{key: a, operator: Equal}], dnsConfig: {options: [{name: a, value: ""}]}, containers: [{name: a, image: b, securityContext: {privileged: false, readOnlyRootFilesystem: false, allowPrivilegeEscalation: true, procMount: Default}, resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}], volumeMounts: [{name: e, mountPath: /e, mountPropagation: None, recursiveReadOnly: Disabled}], env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}}, {name: B, valueFrom: {configMapKeyRef: {name: a, key: b, optional: false}}}]}]}`,
		},
		"what a container inherits": {
			`{securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a, image: b}]}`,
			`{securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a, image: b, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, windowsOptions: {hostProcess: true}}}]}`,
		},
		"nothing in many words": {
			`{containers: [{name: a, image: b}]}`,
			`{affinity: {nodeAffinity: {}, podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: []}, podAntiAffinity: null}, tolerations: [], dnsConfig: {searches: []}, hostAliases: [], nodeSelector: {}, overhead: {}, resources: {limits: {}}, securityContext: {sysctls: []}, priorityClassName: "", hostname: "", subdomain: "", nodeName: "", dnsPolicy: "", schedulerName: "", restartPolicy: "", serviceAccountName: "", containers: [{name: a, image: b, command: [], args: [], env: [], imagePullPolicy: "", terminationMessagePath: "", lifecycle: {}, resources: {limits: {}, claims: []}, securityContext: {capabilities: {add: []}, seLinuxOptions: null}}, {name: app, image: "", command: [], args: [], resources: {limits: {}}, securityContext: {capabilities: {}}}]}`,
		},
		"zeros": {
			`{tolerations: [{operator: Exists}], containers: [{name: a, image: b, ports: [{containerPort: 1}], livenessProbe: {httpGet: {port: 1}}}]}`,
			`{tolerations: [{operator: Exists, key: "", value: "", effect: ""}], containers: [{name: a, image: b, ports: [{containerPort: 1, hostPort: 0, name: "", hostIP: "", protocol: ""}], livenessProbe: {httpGet: {port: 1, host: "", path: "", scheme: ""}, periodSeconds: 0, failureThreshold: 0}}]}`,
		},
		"order that means nothing": {
			`{tolerations: [{key: a, operator: Exists}, {key: b, operator: Exists}], securityContext: {supplementalGroups: [1, 2], sysctls: [{name: a, value: b}, {name: c, value: d}]}, readinessGates: [{conditionType: a}, {conditionType: b}], affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [v, w]}, {key: b, operator: Exists}]}, {matchFields: [{key: metadata.name, operator: In, values: [m]}]}]}}, podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: a, namespaces: [b, c]}}, {weight: 2, podAffinityTerm: {topologyKey: b}}]}}, volumes: [{name: a, secret: {secretName: a, items: [{key: a, path: a}, {key: b, path: b}]}}], containers: [{name: a, image: b, securityContext: {capabilities: {add: [A, B]}}}]}`,
			`{tolerations: [{key: b, operator: Exists}, {key: a, operator: Exists}], securityContext: {supplementalGroups: [2, 1], sysctls: [{name: c, value: d}, {name: a, value: b}]}, readinessGates: [{conditionType: b}, {conditionType: a}], affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [m]}]}, {matchExpressions: [{key: b, operator: Exists}, {key: a, operator: In, values: [w, v]}]}]}}, podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 2, podAffinityTerm: {topologyKey: b}}, {weight: 1, podAffinityTerm: {topologyKey: a, namespaces: [c, b]}}]}}, volumes: [{name: a, secret: {secretName: a, items: [{key: b, path: b}, {key: a, path: a}]}}], containers: [{name: a, image: b, securityContext: {capabilities: {add: [B, A]}}}]}`,
		},
		"nulls":         {`{hostname: null, affinity: {nodeAffinity: null}, tolerations: [null]}`, `{affinity: {}}`},
		"the container": {`{containers: [{name: app}]}`, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			for _, a := range []podspec.Declared{declared(t, pair[0]), decoded(t, text(pair[0]))} {
				for _, b := range []podspec.Declared{declared(t, pair[1]), decoded(t, text(pair[1]))} {
					if !podspec.Equal(a, b, flatly(t)) || !podspec.Equal(b, a, flatly(t)) {
						t.Error("they differ:", podspec.ChangedPaths(a, b, flatly(t)))
					}
					if changed := podspec.ChangedPaths(a, b, flatly(t)); len(changed) > 0 {
						t.Error("paths of no change:", changed)
					}
					for _, of := range [][2]podspec.Declared{{a, b}, {b, a}} {
						if live := lived(t, merged(t, flatly(t), of[0])); !podspec.Holds(of[1], live, podspec.Main) {
							t.Error("on the Pod of the one the other is drift:", podspec.ChangedPaths(of[0], of[1], flatly(t)))
						}
					}
				}
			}
		})
	}
}

// TestChangedPaths_nameWhatDiffers holds of Equal too that it sees each change.
func TestChangedPaths_nameWhatDiffers(t *testing.T) {
	for want, pair := range map[string][2]string{
		"pod.tolerations[0].key":                              {`{tolerations: [{key: a, operator: Exists}]}`, `{tolerations: [{key: b, operator: Exists}]}`},
		"pod.tolerations":                                     {`{tolerations: [{key: a, operator: Exists}]}`, `{tolerations: [{key: a, operator: Exists}, {key: b, operator: Exists}]}`},
		"pod.containers[app].lifecycle":                       {`{containers: [{name: app, lifecycle: {preStop: {sleep: {seconds: 1}}}}]}`, `{}`},
		"pod.containers[app].lifecycle.preStop.sleep.seconds": {`{containers: [{name: app, lifecycle: {preStop: {sleep: {seconds: 1}}}}]}`, `{containers: [{name: app, lifecycle: {preStop: {sleep: {seconds: 2}}}}]}`},
		"pod.containers[side]":                                {`{}`, `{containers: [{name: side, image: a}]}`},
		"pod.containers[side].image":                          {`{containers: [{name: side, image: "a:1"}]}`, `{containers: [{name: side, image: "b:1"}]}`},
		"pod.containers[side].resources.limits.cpu":           {`{containers: [{name: side, image: a, resources: {limits: {cpu: 1}}}]}`, `{containers: [{name: side, image: a, resources: {limits: {cpu: 1001m}}}]}`},
		"pod.initContainers":                                  {`{initContainers: [{name: a, image: a}, {name: b, image: a}]}`, `{initContainers: [{name: b, image: a}, {name: a, image: a}]}`},
		"pod.containers[app].env":                             {`{containers: [{name: app, env: [{name: X, value: x}, {name: Y, value: $(X)}]}]}`, `{containers: [{name: app, env: [{name: Y, value: $(X)}, {name: X, value: x}]}]}`},
		`pod.nodeSelector["kubernetes.io/os"]`:                {`{nodeSelector: {kubernetes.io/os: linux}}`, `{nodeSelector: {kubernetes.io/os: windows}}`},
		"pod.nodeSelector":                                    {`{nodeSelector: {a: b}}`, `{nodeSelector: {}}`},
		"pod.dnsPolicy pod.hostNetwork":                       {`{}`, `{dnsPolicy: Default, hostNetwork: true}`},
		"pod.containers[side].args":                           {`{containers: [{name: side, image: a, args: [a, b]}]}`, `{containers: [{name: side, image: a, args: [b, a]}]}`},
		"pod.terminationGracePeriodSeconds":                   {`{terminationGracePeriodSeconds: 0}`, `{}`},
		"pod.volumes[a].emptyDir":                             {`{volumes: [{name: a, emptyDir: {}}]}`, `{volumes: [{name: a, hostPath: {path: /}}]}`},
		"pod.shareProcessNamespace":                           {`{shareProcessNamespace: true}`, `{}`},
		"pod.hostname":                                        {`{hostname: "(unknown)"}`, `{hostname: a}`},
		"pod.containers[…]":                                   {`{containers: [{name: "(unknown)", image: a}]}`, `{}`},
		"pod":                                                 {`{}`, `(unknown)`},
	} {
		t.Run(want, func(t *testing.T) {
			a, b := declared(t, pair[0]), decoded(t, unknown())
			if pair[1] != "(unknown)" {
				b = declared(t, pair[1])
			}
			for _, of := range [][2]podspec.Declared{{a, b}, {b, a}} {
				got := podspec.ChangedPaths(of[0], of[1], flatly(t))
				if !slices.Equal(got, strings.Fields(want)) && want != "pod.volumes[a].emptyDir" || !strings.Contains(strings.Join(got, " "), want) {
					t.Errorf("got %v", got)
				}
				if podspec.Equal(of[0], of[1], flatly(t)) {
					t.Error("Equal sees no difference")
				}
			}
		})
	}
}

// A file's mode is octal where it is a text, as in volumes.mode.
func TestDecode_modesInTextsAreOctal(t *testing.T) {
	for written, want := range map[string]int32{`"0440"`: 0o440, `"0o640"`: 0o640, `"0"`: 0, `288`: 0o440, `"288"`: 0o440} {
		spec := merged(t, corev1.PodSpec{}, declared(t, `{volumes: [{name: a, secret: {secretName: a, defaultMode: `+written+`}}]}`))
		if got := *spec.Volumes[0].Secret.DefaultMode; got != want {
			t.Errorf("%s is read as %o, want %o", written, got, want)
		}
	}
	if _, faults := podspec.Decode(hcl(t, `{volumes: [{name: a, secret: {defaultMode: "0980"}}]}`)); len(faults) != 1 {
		t.Errorf("digits that aren't octal: %s", words(faults))
	}
}

func TestEqual_withNothing(t *testing.T) {
	null, _ := podspec.Decode(nothing())
	if !podspec.Equal(null, podspec.Declared{}, corev1.PodSpec{}) || !null.IsNull() || !null.Known() {
		t.Error("nothing isn't nothing")
	}
	if !podspec.Equal(null, declared(t, `{}`), flatly(t)) {
		t.Error("an empty object is another than none")
	}
	if podspec.Equal(null, declared(t, `{hostname: a}`), flatly(t)) {
		t.Error("something is nothing")
	}
}
