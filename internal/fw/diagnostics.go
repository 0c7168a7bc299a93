package fw

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// AddError words an error. Doing completes "Could not …", such as "create the instance dev/web". At
// is the attribute that the user would change, or path.Empty().
//
// Each message says what failed for which object, the cause in the server's words, the state of the
// object, and the next step.
func AddError(diags *diag.Diagnostics, doing string, err error, at path.Path) {
	summary, detail := explain(doing, err)
	if len(at.Steps()) == 0 {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// IsCancelled reports whether the user ended the run (Ctrl-C), and not a timeout.
func IsCancelled(err error) bool {
	var timeout kube.TimeoutError
	return errors.Is(err, context.Canceled) && !errors.As(err, &timeout)
}

// AddCancelled adds a warning that a wait was cancelled. An error would taint an object that may be
// healthy.
func AddCancelled(diags *diag.Diagnostics, ref kube.Ref, goal string, err error) {
	diags.AddWarning("Stopped waiting for "+ref.String(),
		fmt.Sprintf("The run was cancelled while %s was expected to %s. It was created and is in the state. The next plan reads its status.%s", ref, goal, knownBy(err)))
}

// knownBy returns what a cancelled wait had found out.
func knownBy(err error) string {
	var waited *kube.WaitError
	if !errors.As(err, &waited) {
		return ""
	}
	return "\n\nKnown so far: " + fullStop(waited.Reason) + " " + waited.Advice
}

// AddInterrupted adds a warning that the wait after a change was cancelled. Everything was sent by
// then, so the state is as planned.
func AddInterrupted(diags *diag.Diagnostics, ref kube.Ref, err error) {
	diags.AddWarning("Stopped waiting for "+ref.String(),
		"The run was cancelled while the change was expected to take effect. All of it was sent and is in the state. The next plan reads the instance's status."+knownBy(err))
}

// AddCutShort adds an error: a change was cancelled before all of it was sent, so the state isn't
// as planned.
func AddCutShort(diags *diag.Diagnostics, doing string, err error) {
	diags.AddError("Could not "+doing,
		fmt.Sprintf("The run was cancelled before this was finished: %s\n\nWhat was done is in the state. The next plan shows what is left to do.", Sentence(err.Error())))
}

// AddServerWarnings adds the API server's warnings as one diagnostic, because core shows only the
// first of several with the same summary.
func AddServerWarnings(diags *diag.Diagnostics, ref kube.Ref, warnings *kube.Warnings) {
	var texts []string
	for _, text := range warnings.Texts() {
		// The text may begin with an object's name, so its first letter isn't changed.
		texts = append(texts, fullStop(strings.TrimSpace(text)))
	}
	if len(texts) > 0 {
		diags.AddWarning("The API server warns about "+ref.String(), strings.Join(texts, "\n"))
	}
}

func explain(doing string, err error) (summary, detail string) {
	var (
		exists   *kube.ExistsError
		foreign  *kube.ForeignError
		gone     *kube.GoneError
		conflict *kube.ConflictError
		refused  *kube.RefusedError
		waited   *kube.WaitError
		silent   *kube.UnreachableError
		access   *kube.AccessError
		without  *kube.CredentialsError
		stranger *kube.NotKubernetesError
		movedOn  *kube.MovedOnError
		homeless *kube.NoNamespaceError
	)
	summary = "Could not " + doing
	switch {
	case errors.As(err, &waited):
		return summary, explainWait(waited)
	case errors.As(err, &exists):
		return summary, explainExists(exists)
	case errors.As(err, &foreign):
		return summary, fmt.Sprintf("%s already exists. This provider didn't create it, so it leaves it alone. Delete it, or choose another name or key here if its name is derived from one.", foreign.Ref)
	case errors.As(err, &conflict):
		return summary, explainConflict(conflict)
	case errors.As(err, &refused):
		return summary, explainRefusal(refused)
	case errors.As(err, &gone):
		return summary, Sentence(gone.Error()) + " That happened during this run. Run the plan again: it shows what is there now."
	case errors.As(err, &silent):
		return summary, explainSilence(silent)
	case errors.As(err, &without):
		return summary, explainNoCredentials(without)
	case errors.As(err, &homeless):
		return summary, fmt.Sprintf("The cluster %s doesn't exist. Create it first, and refer to it as `cluster = mar_cluster.<name>.name`, so that Terraform keeps the order.", homeless.Ref.Namespace)
	case errors.As(err, &stranger):
		return summary, explainStranger(stranger)
	case errors.As(err, &movedOn):
		return summary, fmt.Sprintf("Something else changed %s during each of several tries. Find out what changes it so often, then apply again.", movedOn.Ref)
	case errors.As(err, &access) && kube.AnswerOf(kube.Ref{}, access) == kube.NotAccepted:
		return summary, explainRejection(access)
	case kube.AnswerOf(kube.Ref{}, err) == kube.NotAccepted:
		return summary, fmt.Sprintf("The API server doesn't accept the credentials: %s\n\nRenew the token or certificate that the provider is configured with.", Sentence(err.Error()))
	}
	return summary, Sentence(err.Error())
}

func explainExists(e *kube.ExistsError) string {
	if e.Terminating {
		return fmt.Sprintf("%s is still there and is being deleted. Wait until it is gone, then apply again.", e.Ref)
	}
	resource, id, otherwise := "mar_cluster", e.Ref.Name, "Otherwise choose another name."
	if e.Ref.Namespace != "" {
		resource, id = "mar_instance", e.Ref.Namespace+"/"+e.Ref.Name
		otherwise = "Otherwise choose another name. With create_before_destroy the old instance still has the name while the new one is created: leave name out, so that each gets its own."
	}
	what, then := "this apply didn't create it. A run that was killed before it could save its state may have left it; otherwise something else created it. To manage it here, import it:", ""
	if e.Unfinished {
		what = "it belongs to a create, start or restart that hasn't finished. If another run is doing that now, wait for it. If that run was killed, import what it left:"
		then, otherwise = "The apply that imports it finishes the work. ", "Otherwise choose another name."
	}
	return fmt.Sprintf(`%s already exists, and %s

  import {
    to = %s.this # the address of this resource
    id = %q
  }

%s%s`, e.Ref, what, resource, id, then, otherwise)
}

func explainConflict(e *kube.ConflictError) string {
	var lines []string
	for _, c := range e.Conflicts {
		lines = append(lines, fmt.Sprintf("  %s is applied by %q", c.Field, c.Manager))
	}
	return fmt.Sprintf(`Another tool applies the same fields of %s, and would set them back:

%s

There are three ways out. Take the field out of this configuration. Or change the other tool, so that it sets the same value or doesn't set the field. Or take the field over: set force_conflicts = true in the provider block and apply. If the other tool goes on applying it, the two will set it back and forth.`,
		e.Ref, strings.Join(lines, "\n"))
}

func explainRefusal(e *kube.RefusedError) string {
	return fmt.Sprintf("The API server refused to %s %s: %s\n\n%s", e.Verb, e.Ref, Sentence(e.Message), advice(e))
}

func advice(e *kube.RefusedError) string {
	switch e.Kind {
	case kube.RefusedByQuota:
		return adviceOnQuota(e)
	case kube.RefusedByLimitRange:
		return "The cluster's `limit_range` doesn't allow this size. Change `cpu` or `memory`, or the cluster's `limit_range`."
	case kube.RefusedForDefaults:
		return "The instance sets no such limit, so it gets that of the cluster's limit range, `limit_range.container.default`. Raise that default, request less, or set the limit here: `cpu`, `memory`, or a key of `limits`."
	case kube.RefusedByPodSecurity:
		return "The cluster enforces a Pod Security level that this breaks. Leave `security` at its defaults, which satisfy the strictest level; let each further container in `pod` say the same in its `securityContext`; or lower the cluster's level."
	case kube.RefusedByRBAC:
		if strings.Contains(e.Message, `"system:anonymous"`) {
			return "No credentials were sent. Set token or a client certificate, or use a kubeconfig that has them."
		}
		return missingRight("The credentials lack this permission"+origin(e)+".", e.Lacks)
	case kube.RefusedEscalation:
		return "In Kubernetes you can grant only permissions that you have yourself. Use credentials that have them, or that may `escalate` and `bind` roles (see the provider's guide Permissions), or grant less."
	case kube.RefusedByPolicy:
		return "An admission policy of this Kubernetes cluster forbids it; its message above says why. Ask the administrators of the Kubernetes cluster."
	case kube.RefusedAsChanged:
		return "The configuration by itself is valid. An admission policy, a webhook or another tool set what is refused. Ask the administrators of the Kubernetes cluster."
	case kube.RefusedTerminating:
		return "The cluster is being deleted. Wait until it is gone, then apply again."
	case kube.RefusedByNode:
		return "The instance stays as it is. Request less, or move it to a larger node by replacing it: `terraform apply -replace=<its address>`."
	case kube.RefusedMissingAccount:
		return "Add it to the cluster's `service_accounts`, and refer to it so that Terraform creates it first, or correct `service_account`."
	case kube.RefusedAsInvalid:
		return "Change the named field's attribute and apply again."
	case kube.RefusedOtherwise:
	}
	return "Ask the administrators of the Kubernetes cluster."
}

// adviceOnQuota distinguishes a quota that is used up from one that needs an amount for each
// instance.
func adviceOnQuota(e *kube.RefusedError) string {
	if _, exceeded := e.Excess(); !exceeded {
		return "Under a quota on a resource, each container must say how much it needs. Set `cpu` and `memory`, or give the cluster a `limit_range` with defaults. Each further container in `pod` has its own limits."
	}
	isNumber := func(name string) bool { return name == "pods" || strings.HasPrefix(name, "count/") }
	if !slices.ContainsFunc(e.Resources(), func(name string) bool { return !isNumber(name) }) {
		return "The cluster already has as many as its quota allows. Raise `quota` on the cluster, or remove something else."
	}
	return "The cluster's quota doesn't leave room for it. Raise `quota` on the cluster, request less, or remove something else."
}

// missingRight returns the rule to paste into a role.
func missingRight(lacks string, r kube.Right) string {
	const guide = "The provider's guide Permissions has complete roles, for a plan and for an apply."
	if r.Verb == "" {
		return lacks + " Ask for a Role with that verb on that resource, or use other credentials. " + guide
	}
	bound := fmt.Sprintf("%q bound to a ClusterRole with this rule, by a ClusterRoleBinding", r.User)
	if r.Namespace != "" {
		bound = fmt.Sprintf("%q bound in the namespace %s to a Role with this rule", r.User, r.Namespace)
	}
	return fmt.Sprintf("%s Use others, or have %s:\n\n  - apiGroups: [%q]\n    resources: [%q]\n    verbs: [%q]\n\n%s",
		lacks, bound, r.Group, r.Resource, r.Verb, guide)
}

func explainWait(e *kube.WaitError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The wait for %s to %s failed: %s", e.Ref, e.Goal, Sentence(e.Reason))
	for _, part := range []struct {
		title string
		lines []string
	}{
		{"Last seen", e.State},
		{"Warning events", e.Events},
		{"Last lines of its log", e.Logs},
	} {
		if len(part.lines) > 0 {
			fmt.Fprintf(&b, "\n\n%s:\n  %s", part.title, strings.Join(part.lines, "\n  "))
		}
	}
	if e.Advice != "" {
		fmt.Fprintf(&b, "\n\n%s", e.Advice)
	}
	return b.String()
}

// Sentence starts a text with a capital letter and ends it with a full stop.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return "The cause isn't known."
	}
	first, size := utf8.DecodeRuneInString(text)
	if word, _, _ := strings.Cut(text, " "); strings.Contains(word, "_") {
		// The name of an argument isn't changed.
		return fullStop(text)
	}
	return string(unicode.ToUpper(first)) + fullStop(text)[size:]
}

// fullStop ends a text with one.
func fullStop(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
