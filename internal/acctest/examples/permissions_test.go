package examples_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// objectsIn decodes a file of Kubernetes objects strictly.
func objectsIn(t *testing.T, text string) []runtime.Object {
	t.Helper()
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	var objects []runtime.Object
	for document := range strings.SplitSeq(text, "\n---\n") {
		object, _, err := decoder.Decode([]byte(document), nil, nil)
		if err != nil {
			t.Fatalf("%v:\n%s", err, document)
		}
		objects = append(objects, object)
	}
	return objects
}

// create makes an object, in the stand-in where it is in a namespace, and returns
// how to remove it.
func create(ctx context.Context, client kubernetes.Interface, object runtime.Object, standIn string, opts metav1.CreateOptions) (remove func(context.Context, string, metav1.DeleteOptions) error, err error) {
	switch o := object.(type) {
	case *corev1.Namespace:
		_, err = client.CoreV1().Namespaces().Create(ctx, o, opts)
		return client.CoreV1().Namespaces().Delete, err
	case *corev1.ServiceAccount:
		o.Namespace = standIn
		_, err = client.CoreV1().ServiceAccounts(standIn).Create(ctx, o, opts)
		return client.CoreV1().ServiceAccounts(standIn).Delete, err
	case *rbacv1.Role:
		o.Namespace = standIn
		_, err = client.RbacV1().Roles(standIn).Create(ctx, o, opts)
		return client.RbacV1().Roles(standIn).Delete, err
	case *rbacv1.ClusterRole:
		_, err = client.RbacV1().ClusterRoles().Create(ctx, o, opts)
		return client.RbacV1().ClusterRoles().Delete, err
	case *rbacv1.ClusterRoleBinding:
		_, err = client.RbacV1().ClusterRoleBindings().Create(ctx, o, opts)
		return client.RbacV1().ClusterRoleBindings().Delete, err
	}
	return nil, fmt.Errorf("no test knows a %T", object)
}

// testManifest has the API server say whether it would take the file.
func testManifest(t *testing.T, e example) {
	t.Helper()
	client, namespace := acctest.Client(t), acctest.Namespace(t)
	for _, object := range objectsIn(t, readFile(t, e.path)) {
		if _, err := create(t.Context(), client, object, namespace, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}); err != nil {
			t.Error(err)
		}
	}
}

// Promise 10: the service account, the user and the group that the guide binds
// have each right of their role and nothing that only others have.
func TestAccPermissions_whoIsBoundHasTheRole(t *testing.T) {
	t.Parallel()
	acctest.NeedsEmbedded(t)
	client := acctest.Client(t)
	bound := map[string][]rbacv1.Subject{}
	for _, file := range []string{"plan", "apply", "bindings"} {
		for _, object := range objectsIn(t, readFile(t, "guides/permissions/"+file+".yaml")) {
			if account, ok := object.(*corev1.ServiceAccount); ok && account.Namespace != "terraform" {
				t.Errorf("the service account is in %s", account.Namespace)
			}
			remove, err := create(t.Context(), client, object, "terraform", metav1.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			made, err := meta.Accessor(object)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = remove(context.Background(), made.GetName(), metav1.DeleteOptions{}) })
			if binding, ok := object.(*rbacv1.ClusterRoleBinding); ok {
				bound[binding.RoleRef.Name] = binding.Subjects
			}
		}
	}
	apply := rights.Each(rights.Apply().Rules())
	for role, has := range map[string][]rights.Right{rights.Plan().Name: rights.Each(rights.Plan().Rules()), rights.Apply().Name: apply} {
		if len(bound[role]) != 3 {
			t.Fatalf("%s is bound to %v", role, bound[role])
		}
		for _, subject := range bound[role] {
			acctest.Eventually(t, fmt.Sprintf("what %s %s may do", subject.Kind, subject.Name), func(ctx context.Context) (bool, error) {
				may, err := mayAll(ctx, client, subject, has)
				return may == len(has), err
			})
			// All of an apply's, or the part of them that a plan takes.
			if may, err := mayAll(t.Context(), client, subject, apply); err != nil || may != len(has) {
				t.Errorf("%s %s has %d of an apply's rights and not %d, %v", subject.Kind, subject.Name, may, len(has), err)
			}
		}
	}
}

// mayAll counts which of the rights the subject has.
func mayAll(ctx context.Context, client kubernetes.Interface, subject rbacv1.Subject, all []rights.Right) (int, error) {
	count := 0
	for _, right := range all {
		resource, part, _ := strings.Cut(right.Resource, "/")
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: right.Verb, Group: right.Group, Resource: resource, Subresource: part},
		}}
		switch subject.Kind {
		case rbacv1.GroupKind:
			review.Spec.User, review.Spec.Groups = "jane", []string{subject.Name}
		case rbacv1.ServiceAccountKind:
			review.Spec.User = fmt.Sprintf("system:serviceaccount:%s:%s", subject.Namespace, subject.Name)
		default:
			review.Spec.User = subject.Name
		}
		answer, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil {
			return 0, err
		}
		if answer.Status.Allowed {
			count++
		}
	}
	return count, nil
}
