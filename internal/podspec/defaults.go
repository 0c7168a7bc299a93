package podspec

import (
	"reflect"
	"regexp"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// WithDefaults returns the spec as the API server stores it, without what admission and controllers
// add. It fills in the static defaults, which depend only on the Pod (pkg/apis/core/v1/defaults.go
// of Kubernetes, which can't be imported).
func WithDefaults(spec corev1.PodSpec) corev1.PodSpec {
	tree := treeOf(spec)
	podSpec().normal(tree)
	fillPod(tree)
	filled, err := specOf(tree)
	if err != nil {
		return spec
	}
	return filled
}

// rule returns the default of a field, or nil. It may depend on the object that has the field.
type rule struct {
	field string
	value func(in map[string]any) any
}

// rules are the defaults of the fields of each type.
type rules map[reflect.Type][]rule

func (r rules) add(t reflect.Type, field string, value any) {
	r[t] = append(r[t], rule{field, func(map[string]any) any { return value }})
}

func (r rules) addFrom(t reflect.Type, field string, value func(map[string]any) any) {
	r[t] = append(r[t], rule{field, value})
}

var defaults = sync.OnceValue(func() rules { //nolint:gochecknoglobals // the table; computed once and never changed
	r := rules{}
	r.addPod()
	r.addContainer()
	r.addVolumes()
	r.addLegacyVolumes()
	return r
})

func (r rules) addPod() {
	pod := reflect.TypeFor[corev1.PodSpec]()
	r.add(pod, "dnsPolicy", string(corev1.DNSClusterFirst))
	r.add(pod, "restartPolicy", string(corev1.RestartPolicyAlways))
	r.add(pod, "terminationGracePeriodSeconds", int64(corev1.DefaultTerminationGracePeriodSeconds))
	r.add(pod, "schedulerName", corev1.DefaultSchedulerName)
	r.add(pod, "enableServiceLinks", corev1.DefaultEnableServiceLinks)
	r.addFrom(pod, "securityContext", func(map[string]any) any { return map[string]any{} })
	r.addFrom(pod, "serviceAccountName", func(in map[string]any) any { return in["serviceAccount"] })
	r.addFrom(pod, "serviceAccount", func(in map[string]any) any { return in["serviceAccountName"] })
}

func (r rules) addContainer() {
	container := reflect.TypeFor[corev1.Container]()
	r.add(container, "terminationMessagePath", corev1.TerminationMessagePathDefault)
	r.add(container, "terminationMessagePolicy", string(corev1.TerminationMessageReadFile))
	r.addFrom(container, "imagePullPolicy", func(in map[string]any) any { return pullPolicy(in["image"]) })
	r.add(reflect.TypeFor[corev1.ContainerPort](), "protocol", string(corev1.ProtocolTCP))
	probe := reflect.TypeFor[corev1.Probe]()
	r.add(probe, "timeoutSeconds", int64(1))
	r.add(probe, "periodSeconds", int64(10))
	r.add(probe, "successThreshold", int64(1))
	r.add(probe, "failureThreshold", int64(3))
	r.add(reflect.TypeFor[corev1.HTTPGetAction](), "path", "/")
	r.add(reflect.TypeFor[corev1.HTTPGetAction](), "scheme", string(corev1.URISchemeHTTP))
	r.add(reflect.TypeFor[corev1.GRPCAction](), "service", "")
	r.add(reflect.TypeFor[corev1.ObjectFieldSelector](), "apiVersion", "v1")
	r.add(reflect.TypeFor[corev1.FileKeySelector](), "optional", false)
}

func (r rules) addVolumes() {
	r.add(reflect.TypeFor[corev1.SecretVolumeSource](), "defaultMode", int64(corev1.SecretVolumeSourceDefaultMode))
	r.add(reflect.TypeFor[corev1.ConfigMapVolumeSource](), "defaultMode", int64(corev1.ConfigMapVolumeSourceDefaultMode))
	r.add(reflect.TypeFor[corev1.DownwardAPIVolumeSource](), "defaultMode", int64(corev1.DownwardAPIVolumeSourceDefaultMode))
	r.add(reflect.TypeFor[corev1.ProjectedVolumeSource](), "defaultMode", int64(corev1.ProjectedVolumeSourceDefaultMode))
	r.add(reflect.TypeFor[corev1.ServiceAccountTokenProjection](), "expirationSeconds", int64(60*60))
	r.add(reflect.TypeFor[corev1.PodCertificateProjection](), "maxExpirationSeconds", int64(24*60*60))
	r.add(reflect.TypeFor[corev1.HostPathVolumeSource](), "type", string(corev1.HostPathUnset))
	r.add(reflect.TypeFor[corev1.PersistentVolumeClaimSpec](), "volumeMode", string(corev1.PersistentVolumeFilesystem))
	r.addFrom(reflect.TypeFor[corev1.ImageVolumeSource](), "pullPolicy", func(in map[string]any) any { return pullPolicy(in["reference"]) })
}

func (r rules) addLegacyVolumes() {
	r.add(reflect.TypeFor[corev1.ISCSIVolumeSource](), "iscsiInterface", "default")
	rbd := reflect.TypeFor[corev1.RBDVolumeSource]()
	r.add(rbd, "pool", "rbd")
	r.add(rbd, "user", "admin")
	r.add(rbd, "keyring", "/etc/ceph/keyring")
	scaleIO := reflect.TypeFor[corev1.ScaleIOVolumeSource]()
	r.add(scaleIO, "storageMode", "ThinProvisioned")
	r.add(scaleIO, "fsType", "xfs")
	azure := reflect.TypeFor[corev1.AzureDiskVolumeSource]()
	r.add(azure, "cachingMode", string(corev1.AzureDataDiskCachingReadWrite))
	r.add(azure, "fsType", "ext4")
	r.add(azure, "readOnly", false)
	r.add(azure, "kind", string(corev1.AzureSharedBlobDisk))
}

// pullPolicy is the default for an image. A missing image is in the flat attribute, and isn't known
// here.
func pullPolicy(image any) any {
	reference, _ := image.(string)
	if reference == "" {
		return nil
	}
	name, _, digested := strings.Cut(reference, "@")
	repository, tag, tagged := name, "", false
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		repository, tag, tagged = name[:i], name[i+1:], true
	}
	// A text that isn't an image's name, for example with capitals in its path, gets the other
	// default.
	_, path, hasDomain := strings.Cut(repository, "/")
	if !hasDomain {
		path = repository
	}
	if isImagePath(path) && len(repository) <= 255 && (tag == "latest" || !tagged && !digested) {
		return string(corev1.PullAlways)
	}
	return string(corev1.PullIfNotPresent)
}

// isImagePath is the grammar of distribution/reference for what follows the domain.
func isImagePath(path string) bool {
	const component = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	return regexp.MustCompile(`^` + component + `(?:/` + component + `)*$`).MatchString(path)
}
