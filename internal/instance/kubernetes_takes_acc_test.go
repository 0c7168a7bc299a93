package instance_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/podgen"
	"github.com/headgym/terraform-provider-mar/internal/instance"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestAccInstance_takesWhatKubernetesTakes makes Pods, whole and broken, and asks the
// API server and this provider about each. What the server takes has to import with a
// configuration that is valid, that means the same Pod, and that a second look finds
// unchanged. What the server refuses the provider refuses by itself, or it is one of
// the faults that are left to the dry run of a plan.
//
// MAR_PODGEN_PODS says how many are made of each, MAR_PODGEN_SEED with which the first.
func TestAccInstance_takesWhatKubernetesTakes(t *testing.T) {
	t.Parallel()
	c := comparison{t: t, client: acctest.Client(t), namespace: acctest.Namespace(t), provider: serve(t)}
	first, count := setting(t, "MAR_PODGEN_SEED", 1), setting(t, "MAR_PODGEN_PODS", 300)
	t.Logf("MAR_PODGEN_SEED=%d MAR_PODGEN_PODS=%d", first, count)
	var group errgroup.Group
	group.SetLimit(4)
	for seed := first; seed < first+count; seed++ {
		group.Go(func() error {
			g := podgen.New(uint64(seed))
			pod := g.Pod("web")
			c.compare(fmt.Sprintf("seed %d", seed), pod)
			for n := range 3 {
				broken := pod.DeepCopy()
				what := g.Break(&broken.Spec)
				c.compare(fmt.Sprintf("seed %d, %d: %s", seed, n, what), broken)
			}
			return nil
		})
	}
	_ = group.Wait()
	t.Logf("%d Pods taken, with %d fields; %d refused, of which %d by the provider itself and %d by a plan's dry run", c.taken, c.fields, c.refused, c.alsoByUs, c.left)
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

// comparison asks both sides about Pods.
type comparison struct {
	t         *testing.T
	client    *kubernetes.Clientset
	namespace string
	provider  *server

	mutex                          sync.Mutex
	taken, refused, alsoByUs, left int
	fields                         int
}

func (c *comparison) compare(name string, pod *corev1.Pod) {
	live, err := c.dryRun(pod)
	if apierrors.IsInvalid(err) || apierrors.IsForbidden(err) || apierrors.IsBadRequest(err) {
		c.compareRefused(name, pod)
		return
	}
	if err != nil && apierrors.ReasonForError(err) == metav1.StatusReasonUnknown || apierrors.IsInternalError(err) {
		return // a server's own slip
	}
	if err != nil {
		c.t.Errorf("%s: %v", name, err)
		return
	}
	c.count(&c.taken, 1)
	c.count(&c.fields, podgen.Fields(live.Spec))
	got, faults := instance.ImportOf(c.t.Context(), live)
	if faults != "" {
		c.t.Errorf("%s: it doesn't import: %s", name, faults)
		return
	}
	if refused := c.validated(got); strings.Contains(refused, "empty_dir must be") {
		return // a medium that no node has
	} else if refused != "" {
		c.t.Errorf("%s: the API server takes it, and the provider doesn't:\n%s", name, refused)
		return
	}
	if len(got.Changed) > 0 {
		c.t.Errorf("%s: a second look finds %v otherwise", name, got.Changed)
	}
	again, err := c.dryRun(made(got.Made))
	if err != nil {
		c.t.Errorf("%s: what is made of the import is refused: %v", name, err)
		return
	}
	want, is := podgen.Meaning(live.Spec, got.Main), podgen.Meaning(again.Spec, "app")
	if !podspec.Same(want, is) {
		c.t.Errorf("%s: the Pod has -, what is made of the import +\n%s", name, cmp.Diff(want, is, cmpopts.EquateEmpty()))
	}
}

// compareRefused asks about a Pod that the server refuses. An import takes what it
// can read, so what is made of it is asked about again.
func (c *comparison) compareRefused(name string, pod *corev1.Pod) {
	got, faults := instance.ImportOf(c.t.Context(), withDefaults(pod))
	if faults != "" {
		return
	}
	_, why := c.dryRun(made(got.Made))
	if why == nil {
		return
	}
	c.count(&c.refused, 1)
	if c.validated(got) != "" {
		c.count(&c.alsoByUs, 1)
		return
	}
	causes := causesOf(why)
	if len(causes) == 0 || slices.ContainsFunc(causes, leftToTheServer) {
		c.count(&c.left, 1)
		return
	}
	c.t.Errorf("%s: the API server refuses it, and the provider doesn't: %v", name, why)
}

// leftToTheServer are the kinds of faults that a plan finds by its dry run alone: what
// depends on the server's features, and what is within a kind of volume, which the
// attributes don't know.
func leftToTheServer(cause string) bool {
	for _, left := range []string{
		"spec.volumes.",              // within a volume
		"spec.tolerations.operator ", // Lt and Gt are a feature of newer servers
		"spec.topologySpreadConstraints.matchLabelKeys FieldValueForbidden", // depends on its selector
		"matchLabelKeys ", "mismatchLabelKeys ", // the same
		"shareProcessNamespace ", "hostUsers ", // a feature, with others
		"spec.resources", "spec.schedulingGroup", // features of newer servers
		"restartPolicyRules", "restartPolicy ", // the same
		"resizePolicy FieldValueInvalid", // with a restart policy
		"resourceFieldRef.divisor",       // depends on the resource
		"seLinuxChangePolicy",            // a feature
	} {
		if strings.Contains(cause+" ", left) {
			return true
		}
	}
	return false
}

func (c *comparison) count(what *int, more int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	*what += more
}

func (c *comparison) dryRun(pod *corev1.Pod) (*corev1.Pod, error) {
	return c.client.CoreV1().Pods(c.namespace).Create(c.t.Context(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldManager: "kubectl-create"})
}

// made is a Pod to be asked about.
func made(pod *corev1.Pod) *corev1.Pod {
	pod = pod.DeepCopy()
	pod.Namespace = ""
	return pod
}

// validated are the errors that the provider finds in a configuration.
func (c *comparison) validated(i instance.Import) string {
	config, err := tfprotov6.NewDynamicValue(c.provider.kind, i.Config)
	if err != nil {
		return err.Error()
	}
	resp, err := c.provider.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "mar_instance", Config: &config})
	if err != nil {
		return err.Error()
	}
	return texts(slices.DeleteFunc(resp.Diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Severity != tfprotov6.DiagnosticSeverityError }))
}

// causesOf are the kinds of faults that the server finds, by field and reason.
func causesOf(err error) []string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil || !apierrors.IsInvalid(err) {
		return nil // an admission plugin's, which a plan asks
	}
	var causes []string
	for _, cause := range status.Status().Details.Causes {
		causes = append(causes, withoutIndices(cause.Field)+" "+string(cause.Type))
	}
	return causes
}

func withoutIndices(field string) string {
	var b strings.Builder
	in := false
	for _, r := range field {
		switch {
		case r == '[':
			in = true
		case r == ']':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// withDefaults is a Pod as it would be read, were it taken.
func withDefaults(pod *corev1.Pod) *corev1.Pod {
	pod = pod.DeepCopy()
	pod.Namespace, pod.UID = "dev", "uid"
	pod.Spec = podspec.WithDefaults(pod.Spec)
	return pod
}
