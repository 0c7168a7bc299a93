package instance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// server is the provider as core speaks to it, for what the test framework
// doesn't show: warnings, and a run that is cancelled.
type server struct {
	t testing.TB
	tfprotov6.ProviderServer
	kind tftypes.Object
}

func serve(tb testing.TB) *server {
	tb.Helper()
	provider, err := acctest.Providers()["mar"]()
	if err != nil {
		tb.Fatal(err)
	}
	schemas, err := provider.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{t: tb, ProviderServer: provider}
	s.kind = objectType(tb, schemas.ResourceSchemas["mar_instance"].ValueType())
	own := objectType(tb, schemas.Provider.ValueType())
	configured, err := provider.ConfigureProvider(tb.Context(), &tfprotov6.ConfigureProviderRequest{Config: dynamic(tb, own, nulls(own, nil))})
	if err != nil || len(configured.Diagnostics) > 0 {
		tb.Fatal(err, texts(configured.Diagnostics))
	}
	return s
}

func objectType(tb testing.TB, kind tftypes.Type) tftypes.Object {
	tb.Helper()
	object, ok := kind.(tftypes.Object)
	if !ok {
		tb.Fatalf("%s is no object", kind)
	}
	return object
}

// nulls is an object in which all is null but what is given.
func nulls(kind tftypes.Object, given map[string]tftypes.Value) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
		if value, ok := given[name]; ok {
			values[name] = value
		}
	}
	return tftypes.NewValue(kind, values)
}

func dynamic(tb testing.TB, kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	d, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		tb.Fatal(err)
	}
	return &d
}

// create plans and applies a new instance.
func (s *server) create(ctx context.Context, given map[string]tftypes.Value) *tfprotov6.ApplyResourceChangeResponse {
	s.t.Helper()
	config := dynamic(s.t, s.kind, nulls(s.kind, given))
	none := dynamic(s.t, s.kind, tftypes.NewValue(s.kind, nil))
	plan, err := s.PlanResourceChange(s.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "mar_instance", PriorState: none, ProposedNewState: config, Config: config,
	})
	if err != nil || len(plan.Diagnostics) > 0 {
		s.t.Fatal(err, texts(plan.Diagnostics))
	}
	applied, err := s.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "mar_instance", PriorState: none, PlannedState: plan.PlannedState, Config: config,
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return applied
}

// attribute reads a text out of a state.
func (s *server) attribute(state *tfprotov6.DynamicValue, name string) string {
	s.t.Helper()
	value, err := state.Unmarshal(s.kind)
	if err != nil {
		s.t.Fatal(err)
	}
	if !value.IsFullyKnown() {
		s.t.Fatalf("the state isn't fully known: %s", value)
	}
	values, text := map[string]tftypes.Value{}, new(string)
	if err := value.As(&values); err != nil {
		s.t.Fatal(err)
	}
	if err := values[name].As(&text); err != nil {
		s.t.Fatal(err)
	}
	if text == nil {
		return ""
	}
	return *text
}

func texts(diagnostics []*tfprotov6.Diagnostic) string {
	var lines []string
	for _, d := range diagnostics {
		lines = append(lines, d.Severity.String()+": "+d.Summary+": "+d.Detail)
	}
	return strings.Join(lines, "\n")
}

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

func textMap(key, value string) tftypes.Value {
	return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{key: text(value)})
}

// TestAccInstance_cancelledWaitIsAWarning holds that Ctrl-C in the middle of a
// wait neither loses nor taints the instance.
func TestAccInstance_cancelledWaitIsAWarning(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for range 100 {
			if pod, err := acctest.Client(t).CoreV1().Pods(cluster).Get(ctx, "web", metav1.GetOptions{}); err == nil && pod.Status.Phase == corev1.PodRunning {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	start := time.Now()
	applied := s.create(ctx, map[string]tftypes.Value{
		"cluster": text(cluster), "name": text("web"), "image": text(image), "annotations": textMap(behavior+"behavior", "not-ready"),
	})
	if got := texts(applied.Diagnostics); !strings.HasPrefix(got, "WARNING: Stopped waiting for Pod "+cluster+"/web") || len(applied.Diagnostics) != 1 {
		t.Errorf("got %s", got)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("the wait went on for %s", took)
	}
	if uid := s.attribute(applied.NewState, "uid"); uid == "" {
		t.Error("the instance isn't in the state")
	}
	if applied.NewIdentity == nil {
		t.Error("the state has no identity")
	}
}

// TestAccInstance_cancelledBeforeItsRequestMakesNothing holds that a run that has
// ended sends no POST. One that ends in the middle of it hears it out: see
// kube.Create.
func TestAccInstance_cancelledBeforeItsRequestMakesNothing(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	applied := s.create(ctx, map[string]tftypes.Value{"cluster": text(cluster), "name": text("web"), "image": text(image)})
	if got := texts(applied.Diagnostics); !strings.HasPrefix(got, "ERROR: Could not create the instance") {
		t.Errorf("got %s", got)
	}
	if _, err := acctest.Client(t).CoreV1().Pods(cluster).Get(t.Context(), "web", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the Pod was made: %v", err)
	}
}

// TestAccInstance_serverWarningsAreWarnings holds for those of Pod Security.
func TestAccInstance_serverWarningsAreWarnings(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	acctest.Behind(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		_, err := client.CoreV1().Namespaces().Patch(ctx, cluster, "application/merge-patch+json",
			[]byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/warn":"restricted"}}}`), metav1.PatchOptions{})
		return err
	})()
	s := serve(t)
	security := objectType(t, s.kind.AttributeTypes["security"])
	applied := s.create(t.Context(), map[string]tftypes.Value{
		"cluster": text(cluster), "name": text("web"), "image": text(image),
		"security": nulls(security, map[string]tftypes.Value{"seccomp_profile": text("Unconfined")}),
	})
	got := texts(applied.Diagnostics)
	if !strings.HasPrefix(got, "WARNING: ") || !strings.Contains(got, "ould violate PodSecurity") || !strings.Contains(got, "seccompProfile") {
		t.Errorf("got %q", got)
	}
}

// TestAccInstance_replacementNamesItsCause holds that a refresh warns of the
// failure with its reason, and that the plan does where it wasn't refreshed.
func TestAccInstance_replacementNamesItsCause(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	cluster := acctest.Namespace(t)
	s := serve(t)
	given := map[string]tftypes.Value{"cluster": text(cluster), "name": text("web"), "image": text(image)}
	applied := s.create(t.Context(), given)
	becomes(t, cluster, "evicted", phase(corev1.PodFailed))()
	read, err := s.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: "mar_instance", CurrentState: applied.NewState, Private: applied.Private, CurrentIdentity: applied.NewIdentity,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(read.Diagnostics); len(read.Diagnostics) != 1 || !strings.HasPrefix(got, "WARNING: Instance was evicted: Pod "+cluster+"/web on node mar-dev-") || !strings.Contains(got, "Evicted: The node was low on resource: memory") {
		t.Errorf("the refresh says %s", got)
	}
	if status := s.attribute(read.NewState, "status"); status != "Failed" {
		t.Errorf("the state has the status %s", status)
	}
	planOf := func(by *server) string {
		plan, err := by.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: "mar_instance", PriorState: read.NewState, ProposedNewState: read.NewState,
			Config: dynamic(t, s.kind, nulls(s.kind, given)), PriorPrivate: read.Private, PriorIdentity: read.NewIdentity,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.RequiresReplace) != 1 || plan.RequiresReplace[0].String() != `AttributeName("status")` {
			t.Errorf("replaced for %v", plan.RequiresReplace)
		}
		return texts(plan.Diagnostics)
	}
	if got := planOf(s); got != "" {
		t.Errorf("the plan says again %s", got)
	}
	if got := planOf(serve(t)); !strings.HasPrefix(got, "WARNING: Instance will be replaced because of its status: Pod "+cluster+"/web is Failed: Evicted; container app ended") {
		t.Errorf("the plan without a refresh says %s", got)
	}
}
