package instance

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/instance/power"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

func TestObservedList_sortsAndLeavesOutControlledOnes(t *testing.T) {
	named := func(name string, owners ...metav1.OwnerReference) *corev1.Pod {
		pod := fixture.PodFrom(t, "ready")
		pod.Namespace, pod.Name, pod.OwnerReferences = "dev", name, owners
		return pod
	}
	pods := []*corev1.Pod{
		named("web-10"), named("web-2"),
		named("api-x", metav1.OwnerReference{Kind: "ReplicaSet", Name: "api", Controller: ptr.To(true)}),
		// An owner that is no controller doesn't recreate it.
		named("db", metav1.OwnerReference{Kind: "ConfigMap", Name: "db"}),
	}
	for with, want := range map[bool][]string{
		false: {"dev/db", "dev/web-10", "dev/web-2"},
		true:  {"dev/api-x", "dev/db", "dev/web-10", "dev/web-2"},
	} {
		var got []string
		for _, m := range observedList(pods, with, fixture.Then()) {
			got = append(got, m.ID.ValueString())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with controlled ones %t: -want +got:\n%s", with, diff)
		}
	}
	if observedList(nil, false, fixture.Then()) == nil {
		t.Error("no instances are null instead of an empty list")
	}
}

// Whatever a Pod is like, an element goes into a state.
func TestListSchema_fitsTheModel(t *testing.T) {
	var s datasource.SchemaResponse
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &s)
	if diags := s.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	state := tfsdk.State{Schema: s.Schema, Raw: tftypes.NewValue(s.Schema.Type().TerraformType(t.Context()), nil)}
	m := instancesModel{Instances: observedList([]*corev1.Pod{fixture.PodFrom(t, "new"), fixture.PodFrom(t, "ready"), fixture.PodFrom(t, "crash-oom"), fixture.PodFrom(t, "evicted")}, true, fixture.Then())}
	if diags := state.Set(t.Context(), m); diags.HasError() {
		t.Fatal(diags)
	}
	var back instancesModel
	if diags := state.Get(t.Context(), &back); diags.HasError() || len(back.Instances) != 4 {
		t.Errorf("got %d back, %v", len(back.Instances), diags)
	}
}

// TestWithStopped holds the order across namespaces, what is listed under a name that
// both a Pod and a template have, and that an error ends the list.
func TestWithStopped(t *testing.T) {
	pod := func(cluster, name string, leaving bool) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: cluster, Name: name}}
		if leaving {
			p.DeletionTimestamp = &metav1.Time{}
		}
		return p
	}
	template := func(cluster, name, instance string) *corev1.PodTemplate {
		return &corev1.PodTemplate{ObjectMeta: metav1.ObjectMeta{Namespace: cluster, Name: name, Labels: map[string]string{mar.LabelManagedBy: mar.ManagedBy, mar.LabelInstanceID: instance}}}
	}
	pods := []*corev1.Pod{pod("a-b", "z", false), pod("a", "alive", false), pod("a", "leaving", true), pod("c", "x", false)}
	templates := []*corev1.PodTemplate{
		template("a-b", "0", "0"), template("a", "alive", "alive"), template("a", "foreign", "other"), template("a", "leaving", "leaving"), template("b", "s", "s"), template("d", "s", "s"),
	}
	for name, c := range map[string]struct {
		status string
		broken bool
		want   string
	}{
		"all":     {want: "a-b/0 Stopped, a-b/z, a/alive, a/leaving Stopped, b/s Stopped, c/x, d/s Stopped"},
		"stopped": {status: model.StatusStopped, want: "a-b/0 Stopped, a/leaving Stopped, b/s Stopped, d/s Stopped"},
		"broken":  {broken: true, want: "a-b/0 Stopped, a-b/z, a/alive, a/leaving Stopped, b/s Stopped, c/x, error"},
	} {
		read := func(yield func(*corev1.Pod, error) bool) {
			for _, p := range pods {
				if !yield(p, nil) {
					return
				}
			}
			if c.broken {
				yield(nil, errors.New("broken"))
			}
		}
		var got []string
		for have, err := range power.WithStopped(read, templates, c.status) {
			if err != nil {
				got = append(got, "error")
				continue
			}
			subject := have.EffectivePod(power.StateIn(have, model.Resource{}, true))
			got = append(got, strings.TrimSpace(model.KeyOf(subject).String()+" "+string(subject.Status.Phase)))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: got %s, want %s", name, text, c.want)
		}
	}
	for have, err := range power.WithStopped(func(yield func(*corev1.Pod, error) bool) { yield(pods[0], nil) }, templates, "") {
		if err != nil || have.Template != templates[0] {
			t.Errorf("the first is %v, %v", have, err)
		}
		break
	}
}

func TestCandidate(t *testing.T) {
	pod := fixture.PodFrom(t, "ready")
	pod.Namespace, pod.Name = "dev", "web"
	for want, edit := range map[string]func(*corev1.Pod){
		"dev/web (Running)":       func(*corev1.Pod) {},
		"dev/web (being deleted)": func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{} },
		"dev/web (Running, of ReplicaSet api)": func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "api", Controller: ptr.To(true)}}
		},
	} {
		one := pod.DeepCopy()
		edit(one)
		if c := candidateOf(power.Existing{Pod: one}); c.String() != want || c.Unfit || c.Reserved {
			t.Errorf("got %s, want %s", c, want)
		}
	}
	pod.Namespace, pod.Name = "kube-system", "web.v1"
	if c := candidateOf(power.Existing{Pod: pod}); !c.Unfit || !c.Reserved {
		t.Errorf("got %+v", c)
	}
}
