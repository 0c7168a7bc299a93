package drift_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/yaml"
)

// outside is a row's resource as others see it: past Terraform.
type outside struct {
	client  *kubernetes.Clientset
	objects dynamic.Interface
	// cluster is its Namespace, name an instance's Pod.
	cluster, name string
}

// change is what somebody else does.
type change func(ctx context.Context, o outside) error

// then makes one change after the other.
func then(changes ...change) change {
	return func(ctx context.Context, o outside) error {
		for _, c := range changes {
			if err := c(ctx, o); err != nil {
				return err
			}
		}
		return nil
	}
}

// ourLabel is by which the provider knows its own objects.
const ourLabel = "labels: {app.kubernetes.io/managed-by: terraform-provider-mar}"

// byHand is the field manager of a person with kubectl.
const byHand = "kubectl-edit"

// otherTool is the field manager of a tool that applies.
const otherTool = "argocd-controller"

// groups are the API groups of the resources that rows change; the rest is in v1.
var groups = map[string]string{
	"networkpolicies": "networking.k8s.io", "roles": "rbac.authorization.k8s.io", "rolebindings": "rbac.authorization.k8s.io",
	"mutatingadmissionpolicies": "admissionregistration.k8s.io", "mutatingadmissionpolicybindings": "admissionregistration.k8s.io",
}

func (o outside) kind(resource string) dynamic.ResourceInterface {
	of := o.objects.Resource(schema.GroupVersionResource{Group: groups[resource], Version: "v1", Resource: resource})
	if strings.HasPrefix(resource, "namespaces") || strings.HasPrefix(resource, "mutating") {
		return of
	}
	return of.Namespace(o.cluster)
}

// named fills in the names that aren't known when a row is written.
func (o outside) named(text string) string {
	return strings.NewReplacer("{cluster}", o.cluster, "{name}", o.name).Replace(text)
}

// patch changes an object, such as "roles/mar-ops" or "pods/{name}/status", by a
// strategic merge patch in YAML.
func patch(object, with string) change {
	return patchBy(byHand, object, with)
}

func patchBy(manager, object, with string) change {
	return func(ctx context.Context, o outside) error {
		data, err := yaml.YAMLToJSON([]byte(o.named(with)))
		if err != nil {
			return fmt.Errorf("%s: %w", with, err)
		}
		parts := strings.Split(o.named(object), "/")
		_, err = o.kind(parts[0]).Patch(ctx, parts[1], types.StrategicMergePatchType, data, metav1.PatchOptions{FieldManager: manager}, parts[2:]...)
		return err
	}
}

// takesOver applies to an object as another tool does that insists.
func takesOver(object, with string) change {
	return func(ctx context.Context, o outside) error {
		data, err := yaml.YAMLToJSON([]byte(o.named(with)))
		if err != nil {
			return err
		}
		parts, force := strings.Split(o.named(object), "/"), true
		_, err = o.kind(parts[0]).Patch(ctx, parts[1], types.ApplyPatchType, data, metav1.PatchOptions{FieldManager: otherTool, Force: &force})
		return err
	}
}

// deletes removes objects at once and waits until they are gone.
func deletes(objects ...string) change {
	return func(ctx context.Context, o outside) error {
		for _, object := range objects {
			resource, name, _ := strings.Cut(o.named(object), "/")
			if err := o.kind(resource).Delete(ctx, name, *metav1.NewDeleteOptions(0)); err != nil {
				return err
			}
			if err := o.until(ctx, object+" to go", func(ctx context.Context) (bool, error) {
				_, err := o.kind(resource).Get(ctx, name, metav1.GetOptions{})
				return apierrors.IsNotFound(err), nil
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// endsHeld deletes an object that a finalizer holds.
func endsHeld(object string) change {
	return then(patch(object, `metadata: {finalizers: [example.com/hold]}`), func(ctx context.Context, o outside) error {
		resource, name, _ := strings.Cut(o.named(object), "/")
		return o.kind(resource).Delete(ctx, name, metav1.DeleteOptions{})
	})
}

// makes creates an object of the resource from YAML.
func makes(resource, manifest string) change {
	return func(ctx context.Context, o outside) error {
		var object unstructured.Unstructured
		if err := yaml.Unmarshal([]byte(o.named(manifest)), &object.Object); err != nil {
			return fmt.Errorf("%s: %w", manifest, err)
		}
		_, err := o.kind(resource).Create(ctx, &object, metav1.CreateOptions{FieldManager: "kubectl-create"})
		return err
	}
}

// until waits for what somebody else's change comes to.
func (o outside) until(ctx context.Context, what string, condition func(context.Context) (bool, error)) error {
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 90*time.Second, true, condition)
	if err != nil {
		return fmt.Errorf("wait for %s in %s: %w", o.named(what), o.cluster, err)
	}
	return nil
}

func equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, want %v", what, got, want)
	}
	return nil
}

// pause lets a while pass in which something else has to come first.
func pause(d time.Duration) change {
	return func(ctx context.Context, _ outside) error {
		select {
		case <-ctx.Done():
			return errors.New("the test is over")
		case <-time.After(d):
			return nil
		}
	}
}
