package cluster_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccCluster_takesWhatKubernetesTakes makes quotas, limit ranges, network rules, names
// and labels, whole and broken, and asks the API server and this provider about each. Where
// they don't agree, the provider has one of the reasons in stricter.
//
// MAR_PODGEN_PODS says how many are made of each, MAR_PODGEN_SEED with which seed.
func TestAccCluster_takesWhatKubernetesTakes(t *testing.T) {
	t.Parallel()
	c := comparison{t: t, client: acctest.Client(t), namespace: acctest.Namespace(t)}
	c.serve()
	seed, count := setting(t, "MAR_PODGEN_SEED", 1), setting(t, "MAR_PODGEN_PODS", 150)
	t.Logf("MAR_PODGEN_SEED=%d MAR_PODGEN_PODS=%d", seed, count)
	c.r = rand.New(rand.NewPCG(uint64(seed), 0))
	for range count {
		c.quota()
		c.limitRange()
		c.networkRule()
		c.names()
	}
	t.Logf("%d taken by both, %d refused by both, %d refused by the provider alone for a reason", c.taken, c.refused, c.stricter)
}

// stricter are the reasons for which the provider refuses what the API server takes, as
// its errors have them.
func stricter() []string {
	return []string{
		"use the attribute",           // another attribute is for that key
		"Kubernetes doesn't count it", // it would limit nothing
		"a class has only the keys",   // the same
		"has no kind",                 // the same
		"is negative",                 // the same, or nothing could be made any more
	}
}

func setting(tb testing.TB, variable string, otherwise int) int {
	tb.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatalf("%s: %v", variable, err)
	}
	return number
}

// comparison asks both sides about parts of clusters.
type comparison struct {
	t         *testing.T
	client    *kubernetes.Clientset
	namespace string
	provider  tfprotov6.ProviderServer
	kind      tftypes.Type
	r         *rand.Rand

	taken, refused, stricter int
}

func (c *comparison) serve() {
	c.t.Helper()
	provider, err := acctest.Providers()["mar"]()
	if err != nil {
		c.t.Fatal(err)
	}
	schemas, err := provider.GetProviderSchema(c.t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.provider, c.kind = provider, schemas.ResourceSchemas["mar_cluster"].ValueType()
}

// compare asks the provider about a configuration, and compares with what the server says.
func (c *comparison) compare(config map[string]any, err error) {
	c.t.Helper()
	if err != nil && !apierrors.IsInvalid(err) && !apierrors.IsBadRequest(err) {
		c.t.Errorf("%v: %v", config, err)
		return
	}
	if config["name"] == nil {
		config["name"] = "team"
	}
	data, _ := json.Marshal(config)
	value, decodeErr := tfprotov6.DynamicValue{JSON: data}.Unmarshal(c.kind)
	if decodeErr != nil {
		c.t.Fatalf("%s: %v", data, decodeErr)
	}
	dynamic, _ := tfprotov6.NewDynamicValue(c.kind, value)
	resp, validateErr := c.provider.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "mar_cluster", Config: &dynamic})
	if validateErr != nil {
		c.t.Fatal(validateErr)
	}
	var faults []string
	for _, d := range resp.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			faults = append(faults, d.Summary+": "+d.Detail)
		}
	}
	said := strings.Join(faults, "; ")
	switch {
	case err == nil && said == "":
		c.taken++
	case err != nil && said != "":
		c.refused++
	case err != nil:
		c.t.Errorf("the API server refuses what the provider takes, %s: %v", data, err)
	case anyIn(said, stricter()):
		c.stricter++
	default:
		c.t.Errorf("the API server takes what the provider refuses, %s: %s", data, said)
	}
}

func anyIn(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func (c *comparison) pick(values ...string) string { return values[c.r.IntN(len(values))] }

func (c *comparison) amount() string {
	return c.pick("1", "2", "500m", "1Gi", "1.5Gi", "0", "-1", "100k", "1e3", "4", "8", "1500m")
}

func dryRun() metav1.CreateOptions {
	return metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
}

func (c *comparison) quota() {
	key := c.pick(
		"pods", "limits.cpu", "cpu", "requests.ephemeral-storage", "resourcequotas", "replicationcontrollers", "hugepages-2Mi", "requests.hugepages-2Mi", "limits.hugepages-2Mi",
		"nvidia.com/gpu", "requests.nvidia.com/gpu", "limits.nvidia.com/gpu", "requests.a_b.com/gpu", "count/pods", "count/jobs.batch", "count/jobs", "count/widgets.example.com",
		"gold.storageclass.storage.k8s.io/requests.storage", "gold.storageclass.storage.k8s.io/persistentvolumeclaims", "gold.storageclass.storage.k8s.io/size",
		"gpu.deviceclass.resource.k8s.io/devices", "widgets", "Pods", "count/", "a/b/c", "", "-a", "requests.cpus", strings.Repeat("a", 64), "kubernetes.io/x")
	amount := c.amount()
	hard := corev1.ResourceList{corev1.ResourceName(key): resource.MustParse(amount)}
	_, err := c.client.CoreV1().ResourceQuotas(c.namespace).Create(c.t.Context(), &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "q"}, Spec: corev1.ResourceQuotaSpec{Hard: hard},
	}, dryRun())
	c.compare(map[string]any{"quota": map[string]any{"extra": map[string]any{key: amount}}}, err)
}

func (c *comparison) limitRange() {
	item := corev1.LimitRangeItem{Type: corev1.LimitTypeContainer}
	said := map[string]any{}
	for name, list := range map[string]*corev1.ResourceList{
		"min": &item.Min, "max": &item.Max, "default": &item.Default, "default_request": &item.DefaultRequest, "max_limit_request_ratio": &item.MaxLimitRequestRatio,
	} {
		if c.r.IntN(2) == 0 {
			continue
		}
		key, amount := c.pick("cpu", "cpu", "cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "example.com/gpu", "pods", "storage", "a b", "requests.example.com/gpu"), c.amount()
		*list = corev1.ResourceList{corev1.ResourceName(key): resource.MustParse(amount)}
		said[name] = map[string]any{key: amount}
	}
	if len(said) == 0 {
		return
	}
	_, err := c.client.CoreV1().LimitRanges(c.namespace).Create(c.t.Context(), &corev1.LimitRange{
		ObjectMeta: metav1.ObjectMeta{Name: "l"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{item}},
	}, dryRun())
	c.compare(map[string]any{"limit_range": map[string]any{"container": said}}, err)
}

func (c *comparison) networkRule() {
	rule := map[string]any{}
	var peer networkingv1.NetworkPolicyPeer
	switch c.r.IntN(3) {
	case 0:
		block := &networkingv1.IPBlock{CIDR: c.pick("10.0.0.0/8", "10.0.0.0/24", "2001:db8::/32", "10.0.0.1", "10.0.0.0/33", "0.0.0.0/0", "x")}
		rule["cidr"] = block.CIDR
		if c.r.IntN(2) == 0 {
			block.Except = []string{c.pick("10.0.0.0/16", "10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "2001:db8:1::/48", "y")}
			rule["except"] = block.Except
		}
		peer.IPBlock = block
	case 1:
		labels := map[string]string{c.pick("team", "example.com/a", "a b", ""): c.pick("shop", "", "a b", "-", strings.Repeat("x", 64))}
		peer.PodSelector, rule["instance_labels"] = &metav1.LabelSelector{MatchLabels: labels}, labels
	default:
		labels := map[string]string{c.pick("team", "-a", "x/y/z"): c.pick("shop", "é")}
		peer.NamespaceSelector, rule["cluster_labels"] = &metav1.LabelSelector{MatchLabels: labels}, labels
	}
	ingress := networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{peer}}
	if c.r.IntN(2) == 0 {
		port := c.pick("80", "0", "65535", "65536", "http", "No", "too-long-for-a-port", "12-a")
		of := intstr.Parse(port)
		ingress.Ports = []networkingv1.NetworkPolicyPort{{Port: &of}}
		rule["ports"] = []string{port}
	}
	_, err := c.client.NetworkingV1().NetworkPolicies(c.namespace).Create(c.t.Context(), &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "n"}, Spec: networkingv1.NetworkPolicySpec{Ingress: []networkingv1.NetworkPolicyIngressRule{ingress}},
	}, dryRun())
	c.compare(map[string]any{"network": map[string]any{"ingress": map[string]any{"default": "deny", "rules": []any{rule}}}}, err)
}

// names are those of a cluster, and the keys and values of its labels and annotations.
func (c *comparison) names() {
	n := c.r.IntN(1000)
	name := c.pick(fmt.Sprintf("team-%d", n), fmt.Sprintf("T%d", n), fmt.Sprintf("a.b-%d", n), strconv.Itoa(n), "-a", "a-", "", strings.Repeat("a", 63), strings.Repeat("a", 64), fmt.Sprintf("a_%d", n))
	label, value := c.pick("team", "example.com/Team", "a b", "/a", strings.Repeat("k", 64), "A.b_c"), c.pick("", "shop", "a b", "A.b", "-a", strings.Repeat("v", 64))
	note := c.pick("team", "Example.com/Team", "a b", "a/b/c", "note_1")
	_, err := c.client.CoreV1().Namespaces().Create(c.t.Context(), &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{label: value}, Annotations: map[string]string{note: "x"}},
	}, dryRun())
	c.compare(map[string]any{"name": name, "labels": map[string]string{label: value}, "annotations": map[string]string{note: "x"}}, err)
}
