package mar

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestIsInstances(t *testing.T) {
	ours := map[string]string{"app.kubernetes.io/managed-by": "terraform-provider-mar", "instance-id": "web"}
	for name, c := range map[string]struct {
		name   string
		labels map[string]string
		want   bool
	}{
		"ours":             {"web", ours, true},
		"of another name":  {"db", ours, false},
		"somebody else's":  {"web", map[string]string{"instance-id": "web"}, false},
		"of no instance's": {"web", map[string]string{"app.kubernetes.io/managed-by": "terraform-provider-mar"}, false},
	} {
		if got := IsInstances(&metav1.ObjectMeta{Labels: c.labels}, c.name); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
