package fw_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// The golden files have what the user reads in the terminal.
func TestAddError_golden(t *testing.T) {
	web := kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"}
	refused := func(kind kube.RefusalKind, message string) error {
		return fmt.Errorf("in passing: %w", &kube.RefusedError{Ref: web, Verb: "create", Kind: kind, Message: message})
	}
	forbidden := func(ref kube.Ref, verb, message string) error {
		return kube.Wrap(ref, verb, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, ref.Name, errors.New(message)))
	}
	for name, err := range map[string]error{
		"exists_cluster":       &kube.ExistsError{Ref: kube.Ref{Kind: "Namespace", Name: "dev"}},
		"exists_instance":      &kube.ExistsError{Ref: web},
		"exists_unfinished":    &kube.ExistsError{Ref: kube.Ref{Kind: "PodTemplate", Namespace: "dev", Name: "web"}, Unfinished: true},
		"exists_terminating":   &kube.ExistsError{Ref: web, Terminating: true},
		"foreign":              &kube.ForeignError{Ref: kube.Ref{Kind: "RoleBinding", Namespace: "dev", Name: "mar-ops"}},
		"gone":                 &kube.GoneError{Ref: web},
		"replaced":             &kube.GoneError{Ref: web, ReplacedBy: "u-2"},
		"conflict":             &kube.ConflictError{Ref: web, Conflicts: []kube.Conflict{{Manager: "argocd", Field: ".metadata.labels.team", Applied: true}}},
		"quota":                refused(kube.RefusedByQuota, "exceeded quota: mar-quota, requested: limits.cpu=2, used: limits.cpu=3, limited: limits.cpu=4"),
		"quota_number":         refused(kube.RefusedByQuota, "exceeded quota: mar-quota, requested: pods=1, used: pods=4, limited: pods=4"),
		"quota_silent":         refused(kube.RefusedByQuota, "failed quota: mar-quota: must specify limits.cpu for: app"),
		"limit_range_default":  refused(kube.RefusedForDefaults, `Pod "web" is invalid: spec.containers[0].resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 500m`),
		"changed":              refused(kube.RefusedAsChanged, `Pod "web" is invalid: spec.schedulerName: Invalid value: "A B": a lowercase RFC 1123 subdomain must consist of …`),
		"limit_range":          refused(kube.RefusedByLimitRange, "maximum cpu usage per Container is 1, but limit is 2"),
		"pod_security":         refused(kube.RefusedByPodSecurity, `violates PodSecurity "restricted:latest": privileged`),
		"rbac":                 forbidden(web, "create", `User "jane" cannot create resource "pods" in API group "" in the namespace "dev"`),
		"rbac_everywhere":      forbidden(kube.Ref{Kind: "all", Name: "Namespaces"}, "list", `User "system:serviceaccount:ci:plan" cannot list resource "namespaces" in API group "" at the cluster scope`),
		"rbac_path":            forbidden(web, "create", `User "jane" cannot get path "/api"`),
		"escalation":           refused(kube.RefusedEscalation, "user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}"),
		"node":                 refused(kube.RefusedByNode, "node didn't have enough allocatable resources: cpu, requested: 64000, allocatable: 8000"),
		"service_account":      refused(kube.RefusedMissingAccount, `error looking up service account dev/robot: serviceaccount "robot" not found`),
		"policy":               refused(kube.RefusedByPolicy, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: pin the image"),
		"terminating":          refused(kube.RefusedTerminating, "unable to create new content in namespace dev because it is being terminated"),
		"invalid":              refused(kube.RefusedAsInvalid, `Pod "web" is invalid: spec.containers[0].image: Required value`),
		"unauthorized":         fmt.Errorf("read Pod dev/web: %w", apierrors.NewUnauthorized("Unauthorized")),
		"anonymous":            refused(kube.RefusedByRBAC, `User "system:anonymous" cannot get resource "namespaces" in API group "" at the cluster scope`),
		"unreachable":          &kube.UnreachableError{Host: "10.0.0.1:6443", Source: "the environment variable KUBE_HOST", Err: errors.New("dial tcp 10.0.0.1:6443: connect: connection refused")},
		"authority":            &kube.UnreachableError{Host: "10.0.0.1:6443", Source: "the provider's argument host", Err: x509.UnknownAuthorityError{}},
		"denied":               fmt.Errorf("in passing: %w", &kube.RefusedError{Ref: web, Verb: "create", Kind: kube.RefusedByRBAC, Message: `User "jane" cannot create resource "pods"`, Err: &kube.AccessError{Credentials: "the environment variable KUBE_TOKEN"}}),
		"rejected":             &kube.AccessError{Host: "10.0.0.1:6443", Credentials: "the environment variable KUBE_TOKEN", Err: apierrors.NewUnauthorized("Unauthorized")},
		"rejected_nobody":      &kube.AccessError{Host: "10.0.0.1:6443", Err: apierrors.NewUnauthorized("Unauthorized")},
		"rejected_expired":     &kube.AccessError{Host: "10.0.0.1:6443", Credentials: "the provider's argument token", Expired: time.Unix(0, 0), Err: apierrors.NewUnauthorized("Unauthorized")},
		"rejected_plugin":      &kube.AccessError{Host: "10.0.0.1:6443", Credentials: "the provider's argument exec", Plugin: errors.New("exit status 1: not logged in"), Err: apierrors.NewUnauthorized("Unauthorized")},
		"credentials":          &kube.CredentialsError{Credentials: "the provider's argument exec", Output: "not logged in\nrun: login", Err: errors.New("getting credentials: exec: executable login failed with exit code 1")},
		"not_kubernetes":       &kube.NotKubernetesError{Host: "10.0.0.1:6443", Source: "the environment variable KUBE_HOST", Code: 404, Says: "404 page not found"},
		"not_kubernetes_asked": kube.Wrap(web, "patch", &kube.NotKubernetesError{Host: "10.0.0.1:6443", Code: 200, Says: `{"message":"ok"}`}),
		"moved_on":             &kube.MovedOnError{Ref: web},
		"no_namespace":         fmt.Errorf("create Pod dev/web: %w", &kube.NoNamespaceError{Ref: web}),
		"slow":                 &kube.UnreachableError{Host: "10.0.0.1:6443", Source: "the environment variable KUBE_HOST", Err: &kube.SlowError{After: 30 * time.Second}},
		"proxy":                &kube.UnreachableError{Host: "10.0.0.1:6443", Source: "the environment variable KUBE_HOST", Err: &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("connection refused")}},
		"other":                errors.New("read Pod dev/web: connection refused"),
		"wait": &kube.WaitError{
			Ref: web, Goal: "become Ready", Reason: "container app ended with exit code 137 (OOMKilled)", Advice: "Give it more `memory`.",
			State: []string{"phase Failed", "container app: terminated, exit code 137"}, Events: []string{"3× BackOff: back-off restarting failed container"}, Logs: []string{"out of memory"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			fw.AddError(&diags, "create the instance dev/web", err, path.Root("name"))
			got := diags[0].Summary() + "\n\n" + diags[0].Detail() + "\n"
			assert.Check(t, golden.String(got, "errors/"+name+".txt"))
		})
	}
}

// TestAddWarning_golden does the same for the warnings of a cancelled run.
func TestAddWarning_golden(t *testing.T) {
	web := kube.Ref{Kind: "Pod", Namespace: "dev", Name: "web"}
	known := &kube.WaitError{Ref: web, Reason: "the image of container app can't be pulled: ErrImagePull: not found", Advice: "Check the name and tag in `image`.", Err: context.Canceled}
	for name, add := range map[string]func(*diag.Diagnostics){
		"cancelled":         func(d *diag.Diagnostics) { fw.AddCancelled(d, web, "become ready", context.Canceled) },
		"cancelled_known":   func(d *diag.Diagnostics) { fw.AddCancelled(d, web, "become ready", known) },
		"interrupted":       func(d *diag.Diagnostics) { fw.AddInterrupted(d, web, context.Canceled) },
		"interrupted_known": func(d *diag.Diagnostics) { fw.AddInterrupted(d, web, known) },
		"cut_short":         func(d *diag.Diagnostics) { fw.AddCutShort(d, "update the instance dev/web", context.Canceled) },
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			add(&diags)
			assert.Check(t, golden.String(diags[0].Summary()+"\n\n"+diags[0].Detail()+"\n", "errors/"+name+".txt"))
		})
	}
}

func TestAddError_isOnTheAttribute(t *testing.T) {
	var diags diag.Diagnostics
	fw.AddError(&diags, "create it", errors.New("no"), path.Root("name"))
	fw.AddError(&diags, "create it", errors.New("no"), path.Empty())
	if at, ok := diags[0].(diag.DiagnosticWithPath); !ok || !at.Path().Equal(path.Root("name")) {
		t.Errorf("no path: %v", diags[0])
	}
	if _, ok := diags[1].(diag.DiagnosticWithPath); ok {
		t.Errorf("a path: %v", diags[1])
	}
}

func TestIsCancelled(t *testing.T) {
	if !fw.IsCancelled(fmt.Errorf("wait: %w", context.Canceled)) {
		t.Error("a Ctrl-C isn't one")
	}
	ctx, cancel := kube.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	if fw.IsCancelled(context.Cause(ctx)) {
		t.Error("a timeout is a Ctrl-C")
	}
	if got := context.Cause(ctx).Error(); !strings.Contains(got, "timed out after 1ns") {
		t.Errorf("got %q", got)
	}
}
