package podspec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestAccWithDefaults_areTheAPIServers compares with what the API server makes of
// each spec.
func TestAccWithDefaults_areTheAPIServers(t *testing.T) {
	client, namespace := acctest.Client(t), acctest.Namespace(t)
	for name, sent := range specsIn(t, "defaults") {
		t.Run(name, func(t *testing.T) {
			sent.AutomountServiceAccountToken = ptr.To(false)
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: sent}
			got, err := client.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			if err != nil {
				t.Fatal(err)
			}
			filled := podspec.WithDefaults(sent)
			if diff := cmp.Diff(withoutAdmission(filled, got.Spec), filled); diff != "" {
				t.Errorf("the API server has -, WithDefaults +\n%s", diff)
			}
		})
	}
}
