package podspec_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestAccObserved_aMadePodIsAsDeclared makes each document's Pod and reads it back
// once it has a node: the declaration holds, and an import says the same.
func TestAccObserved_aMadePodIsAsDeclared(t *testing.T) {
	client, namespace := acctest.Client(t), acctest.Namespace(t)
	for name, yamlText := range documents(t) {
		t.Run(name, func(t *testing.T) {
			base := flatly(t)
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: merged(t, base, declared(t, yamlText))}
			if _, err := client.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			var live corev1.PodSpec
			acctest.Eventually(t, "a look at the Pod by the scheduler", func(ctx context.Context) (bool, error) {
				now, err := client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
				live = now.Spec
				if len(live.ResourceClaims) > 0 {
					return true, err // it waits for its claims, which nobody makes here
				}
				return now.Spec.NodeName != "" || slices.ContainsFunc(now.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == corev1.PodScheduled }), err
			})
			for form, value := range map[string]types.Dynamic{"object": hcl(t, yamlText), "text": text(yamlText)} {
				if got := podspec.Observed(value, live, podspec.Main); !got.Equal(value) {
					t.Errorf("%s: got %s", form, got)
				}
			}
			rest := decoded(t, podspec.Rest(live, base, "app"))
			if changed := podspec.ChangedPaths(declared(t, yamlText), rest, base); len(changed) > 0 {
				t.Errorf("an import differs in %v", changed)
			}
		})
	}
}

// TestAccValidate_refusesWhatTheAPIServerDoes sends what Validate finds fault with.
func TestAccValidate_refusesWhatTheAPIServerDoes(t *testing.T) {
	client, namespace := acctest.Client(t), acctest.Namespace(t)
	for _, b := range invalid() {
		t.Run(b.name, func(t *testing.T) {
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: merged(t, flatly(t), declared(t, b.yaml))}
			_, err := client.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			if !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err) {
				t.Errorf("the API server answers: %v", err)
			}
		})
	}
}

// TestAccValidate_acceptsWhatTheAPIServerDoes has single faults of the kind that is
// easily thought of as one and isn't.
func TestAccValidate_acceptsWhatTheAPIServerDoes(t *testing.T) {
	client, namespace := acctest.Client(t), acctest.Namespace(t)
	for i, yamlText := range []string{
		`{terminationGracePeriodSeconds: 0, tolerations: [{operator: Exists}, {key: a, effect: NoExecute, tolerationSeconds: -1}]}`,
		`{containers: [{name: side, image: a, env: [{name: "a.b-c d"}], ports: [{name: a, containerPort: 53}, {name: b, containerPort: 53, protocol: UDP}]}]}`,
		`{topologySpreadConstraints: [{topologyKey: a, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}, {topologyKey: a, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway}]}`,
		`{volumes: [{name: a, secret: {secretName: a, defaultMode: 511}}], hostname: ` + strings.Repeat("a", 63) + `}`,
		`{containers: [{name: side, image: a, securityContext: {privileged: true}}], dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1]}}`,
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			d := declared(t, yamlText)
			if faults := podspec.Validate(flatly(t), true, d); len(faults) > 0 {
				t.Errorf("Validate finds:\n%s", words(faults))
			}
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: merged(t, flatly(t), d)}
			if _, err := client.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}); err != nil {
				t.Error(err)
			}
		})
	}
}
