package podspec_test

import (
	"maps"

	"sigs.k8s.io/yaml"
)

// exampleYAML has for each type of the API the least that is valid, so that a Pod can be
// made in which one field of one type is tried. "alone" is what is added where nothing
// else of the type is tried, for a type of which exactly one field has to be there.
const exampleYAML = `
AWSElasticBlockStoreVolumeSource: {volumeID: a}
AppArmorProfile: {type: RuntimeDefault}
AzureDiskVolumeSource: {diskName: a, diskURI: "https://blob/a.vhd"}
AzureFileVolumeSource: {secretName: a, shareName: b}
CSIVolumeSource: {driver: example.com}
CephFSVolumeSource: {monitors: [a]}
CinderVolumeSource: {volumeID: a}
ClusterTrustBundleProjection: {name: a, path: b}
ConfigMapEnvSource: {name: a}
ConfigMapKeySelector: {name: a, key: b}
ConfigMapProjection: {name: a}
ConfigMapVolumeSource: {name: a}
Container: {name: side, image: "side:1"}
ContainerPort: {containerPort: 80}
ContainerResizePolicy: {resourceName: cpu, restartPolicy: RestartContainer}
ContainerRestartRule: {action: Restart, exitCodes: {operator: In, values: [1]}}
ContainerRestartRuleOnExitCodes: {operator: In, values: [1]}
DownwardAPIVolumeFile: {path: a, alone: {fieldRef: {fieldPath: metadata.name}}}
EnvFromSource: {alone: {configMapRef: {name: a}}}
EnvVar: {name: A}
EnvVarSource: {alone: {fieldRef: {fieldPath: metadata.name}}}
EphemeralVolumeSource: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}
EvictionResponder: {name: example.com/a}
ExecAction: {command: [a]}
FCVolumeSource: {targetWWNs: [a], lun: 1}
FileKeySelector: {volumeName: scratch, path: a, key: b}
FlexVolumeSource: {driver: example.com/a}
FlockerVolumeSource: {datasetName: a}
GCEPersistentDiskVolumeSource: {pdName: a}
GRPCAction: {port: 80}
GitRepoVolumeSource: {repository: a}
GlusterfsVolumeSource: {endpoints: a, path: b}
HTTPGetAction: {port: 80}
HTTPHeader: {name: A, value: b}
HostAlias: {ip: 192.0.2.1}
HostPathVolumeSource: {path: /a}
ISCSIVolumeSource: {targetPortal: "192.0.2.1", iqn: "iqn.2001-04.com.example:storage", lun: 1}
ImageVolumeSource: {reference: a}
KeyToPath: {key: a, path: b}
LabelSelectorRequirement: {key: a, operator: Exists}
LifecycleHandler: {alone: {exec: {command: [a]}}}
LocalObjectReference: {name: a}
NFSVolumeSource: {server: a, path: /b}
NodeSelector: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}
NodeSelectorRequirement: {key: a, operator: Exists}
NodeSelectorTerm: {alone: {matchExpressions: [{key: a, operator: Exists}]}}
ObjectFieldSelector: {fieldPath: metadata.name}
PersistentVolumeClaimSpec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
PersistentVolumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
PersistentVolumeClaimVolumeSource: {claimName: a}
PhotonPersistentDiskVolumeSource: {pdID: a}
PodAffinityTerm: {topologyKey: a}
PodCertificateProjection: {signerName: example.com/a, keyType: ED25519, credentialBundlePath: c}
PodDNSConfigOption: {name: a}
PodOS: {name: linux}
PodReadinessGate: {conditionType: example.com/a}
PodResourceClaim: {name: more, alone: {resourceClaimName: a}}
PodSchedulingGate: {name: example.com/a}
PodSchedulingGroup: {podGroupName: a}
PortworxVolumeSource: {volumeID: a}
PreferredSchedulingTerm: {weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}
Probe: {alone: {tcpSocket: {port: 80}}}
ProjectedVolumeSource: {alone: {sources: [{configMap: {name: a}}]}}
QuobyteVolumeSource: {registry: "a:1", volume: b}
RBDVolumeSource: {monitors: [a], image: b}
ResourceClaim: {name: claim}
ResourceFieldSelector: {containerName: side, resource: limits.cpu}
ScaleIOVolumeSource: {gateway: a, system: b, secretRef: {name: c}, volumeName: d}
SeccompProfile: {type: RuntimeDefault}
SecretEnvSource: {name: a}
SecretKeySelector: {name: a, key: b}
SecretProjection: {name: a}
SecretVolumeSource: {secretName: a}
ServiceAccountTokenProjection: {path: a}
SleepAction: {seconds: 1}
StorageOSVolumeSource: {volumeName: a, volumeNamespace: b}
Sysctl: {name: kernel.shm_rmid_forced, value: "1"}
TCPSocketAction: {port: 80}
Toleration: {key: a}
TopologySpreadConstraint: {topologyKey: a, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}
TypedLocalObjectReference: {kind: PersistentVolumeClaim, name: a}
TypedObjectReference: {kind: PersistentVolumeClaim, name: a}
VolumeDevice: {name: block, devicePath: /b}
VolumeMount: {name: scratch, mountPath: /s}
VolumeProjection: {alone: {configMap: {name: a}}}
VolumeResourceRequirements: {requests: {storage: 1Gi}}
VsphereVirtualDiskVolumeSource: {volumePath: a}
WeightedPodAffinityTerm: {weight: 1, podAffinityTerm: {topologyKey: a}}
Volume: {name: v, alone: {emptyDir: {}}}
`

// surroundingsYAML is what the examples refer to.
const surroundingsYAML = `
volumes: [{name: scratch, emptyDir: {}}, {name: block, persistentVolumeClaim: {claimName: a}}]
resourceClaims: [{name: claim, resourceClaimName: a}]
containers: [{name: side, image: "side:1"}]
`

// notNothing has the values that mean something although they look like nothing, or stand
// in the documentation of what a field means left out, with the reason. The guide on pod
// lists those that a user may meet.
func notNothing() map[string]string {
	const (
		selects  = "left out it selects nothing, and empty everything"
		nameless = "it refers to a Secret without a name, which fails"
		prose    = "a word of the sentence, and no default"
		other    = "the default of another case"
	)
	return map[string]string{
		"ClusterTrustBundleProjection.labelSelector = {}": selects,
		"PersistentVolumeClaimSpec.selector = {}":         "left out any volume will do, and empty only one that is there already",
		"PodAffinityTerm.labelSelector = {}":              selects,
		"PodAffinityTerm.namespaceSelector = {}":          "left out it is the Pod's own Namespace, and empty every one",
		"TopologySpreadConstraint.labelSelector = {}":     selects,

		"PersistentVolumeClaimSpec.storageClassName = \"\"": "left out it is the default class, and empty none",
		"ClusterTrustBundleProjection.signerName = \"\"":    "empty it is the name of a signer",
		"AzureDiskVolumeSource.fsType = \"\"":               "left out the API server makes it ext4",
		"SecurityContext.seLinuxOptions = {}":               "it takes the place of the Pod's",
		"PodSpec.schedulingGroup = {}":                      "a group has to be named",
		"CephFSVolumeSource.secretRef = {}":                 nameless,
		"FlexVolumeSource.secretRef = {}":                   nameless,
		"ISCSIVolumeSource.secretRef = {}":                  nameless,
		"RBDVolumeSource.secretRef = {}":                    nameless,

		"PodSpec.enableServiceLinks = false":                "the default is true",
		"PodSpec.hostNetwork = *":                           prose,
		"PodSpec.hostUsers = false":                         "the default is true",
		"PodSpec.setHostnameAsFQDN = *":                     prose,
		"PodSpec.preemptionPolicy = *":                      "it comes from the PriorityClass, of which the cluster may have a default one",
		"SecurityContext.allowPrivilegeEscalation = false":  "the default is true",
		"SecurityContext.runAsNonRoot = false":              "a container inherits it from the Pod, and security.run_as_non_root is true here",
		"Container.imagePullPolicy = *":                     other,
		"ImageVolumeSource.pullPolicy = *":                  other,
		"PodSpec.dnsPolicy = *":                             prose,
		"PodCertificateProjection.maxExpirationSeconds = *": prose,
		"Container.workingDir = *":                          prose,
		"HTTPGetAction.host = *":                            prose,
		"TCPSocketAction.host = *":                          prose,
		"QuobyteVolumeSource.group = *":                     prose,
		"QuobyteVolumeSource.user = *":                      prose,
		"ServiceAccountTokenProjection.audience = *":        prose,
		"WindowsSecurityContextOptions.runAsUserName = *":   prose,
	}
}

// example returns what is valid for a type, alone or with one field more that is tried.
func (w *fieldWalk) example(typeName string, with map[string]any) map[string]any {
	fields := map[string]any{}
	maps.Copy(fields, w.examples[typeName])
	alone, _ := fields["alone"].(map[string]any)
	delete(fields, "alone")
	if len(with) == 0 {
		maps.Copy(fields, alone)
	}
	maps.Copy(fields, with)
	return fields
}

func fromYAML(text string, to any) {
	if err := yaml.Unmarshal([]byte(text), to); err != nil {
		panic(err)
	}
}
