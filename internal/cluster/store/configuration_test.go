package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/headgym/terraform-provider-mar/internal/cluster/store"
)

func TestConfiguration_hasTheFieldsThatAreSetAndNoOthers(t *testing.T) {
	for name, c := range map[string]struct {
		got  func() (any, error)
		want string
	}{
		"a quota without status": {
			configuration[corev1ac.ResourceQuotaApplyConfiguration](&corev1.ResourceQuota{
				TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ResourceQuota"},
				ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: "mar-quota", UID: "u-1"},
				Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("0.5k")}},
			}),
			"apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: mar-quota\n  namespace: dev\n  uid: u-1\nspec:\n  hard:\n    cpu: \"500\"\n",
		},
		"a Namespace without spec": {
			configuration[corev1ac.NamespaceApplyConfiguration](&corev1.Namespace{
				TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
				ObjectMeta: metav1.ObjectMeta{Name: "dev", Labels: map[string]string{"team": "a"}},
			}),
			"apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    team: a\n  name: dev\n",
		},
		"a policy of all Pods": {
			configuration[networkingv1ac.NetworkPolicyApplyConfiguration](&networkingv1.NetworkPolicy{
				TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
				ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: "mar-ingress"},
				Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}},
			}),
			"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: mar-ingress\n  namespace: dev\nspec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := c.got()
			if err != nil {
				t.Fatal(err)
			}
			got, err := yaml.Marshal(config)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func configuration[C any](object runtime.Object) func() (any, error) {
	return func() (any, error) { return store.Configuration[C](object) }
}
