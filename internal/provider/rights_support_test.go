package provider_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/rights"
)

// person is who the provider acts as in one namespace.
type person struct {
	name  string
	rules []rbacv1.PolicyRule
}

// people has the provider act as another person in each namespace, and hears what
// the API server refuses them.
type people struct {
	t         *testing.T
	otherwise person

	mu      sync.Mutex
	in      map[string]person
	refused map[string][]rights.Right
}

// meet returns people who all are otherwise.
func meet(t *testing.T, otherwise person) *people {
	t.Helper()
	acctest.UserWith(t, otherwise.name, otherwise.rules)
	return &people{t: t, otherwise: otherwise, in: map[string]person{}, refused: map[string][]rights.Right{}}
}

// put has a new person act in the namespace.
func (p *people) put(namespace string, who person) {
	p.t.Helper()
	acctest.UserWith(p.t, who.name, who.rules)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in[namespace] = who
}

// putIn has a new person act in the namespace, who has a role in it and nothing
// anywhere else.
func (p *people) putIn(namespace string, role rights.Role) {
	p.t.Helper()
	acctest.UserIn(p.t, namespace, role.Role(namespace))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in[namespace] = person{name: namespace}
}

func (p *people) fault(r *http.Request) acctest.Fault {
	namespace := p.namespaceOf(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	who, known := p.in[namespace]
	if !known {
		who = p.otherwise
	}
	return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		heard := &refusal{ResponseWriter: w}
		acctest.As(who.name)(heard, r, server)
		for _, right := range heard.rights() {
			p.note(namespace, right)
		}
	}
}

func (p *people) note(namespace string, right rights.Right) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.refused[namespace], right) {
		p.refused[namespace] = append(p.refused[namespace], right)
	}
}

// namespaceOf finds the test's namespace that a request is about, wherever it
// names it.
func (p *people) namespaceOf(r *http.Request) string {
	unique := regexp.MustCompile(regexp.QuoteMeta(acctest.NamePrefix) + `[a-z0-9]{8}`)
	if found := unique.FindString(r.URL.String()); found != "" || r.Method != http.MethodPost {
		return found
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return unique.FindString(string(body))
}

// lacked are the rights that somebody was refused in the namespace.
func (p *people) lacked(namespace string) []rights.Right {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.refused[namespace])
}

// refusal keeps the body of a 403.
type refusal struct {
	http.ResponseWriter
	forbidden bool
	body      bytes.Buffer
}

func (w *refusal) WriteHeader(code int) {
	w.forbidden = code == http.StatusForbidden
	w.ResponseWriter.WriteHeader(code)
}

func (w *refusal) Write(data []byte) (int, error) {
	if w.forbidden {
		w.body.Write(data)
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap lets each event of a watch pass at once.
func (w *refusal) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *refusal) rights() []rights.Right {
	var found []rights.Right
	for _, match := range regexp.MustCompile(`cannot (\w+) resource \\?"([^"\\]+)\\?" in API group \\?"([^"\\]*)\\?"`).FindAllStringSubmatch(w.body.String(), -1) {
		found = append(found, rights.Right{Verb: match[1], Group: match[3], Resource: match[2]})
	}
	if granted := regexp.MustCompile(`(role|rolebinding)s\.rbac\.authorization\.k8s\.io .*is attempting to grant`).FindStringSubmatch(w.body.String()); granted != nil {
		verb := map[string]string{"role": "escalate", "rolebinding": "bind"}[granted[1]]
		found = append(found, rights.Right{Verb: verb, Group: rbacv1.GroupName, Resource: "roles"})
	}
	return found
}

// label is a resource's, for the lack of a right.
func label(lost rights.Right) string {
	return "without_" + regexp.MustCompile(`[^a-z]+`).ReplaceAllString(lost.String(), "_")
}

// errorsIn are the errors in the output of a terraform command with -json, on one
// line each, with their address where they have one.
func errorsIn(t *testing.T, output string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(output) {
		var said struct {
			Diagnostic *struct{ Severity, Summary, Detail, Address string }
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if d := said.Diagnostic; d != nil && d.Severity == "error" {
			found = append(found, strings.Join(strings.Fields(d.Address+": "+d.Summary+": "+d.Detail), " "))
		}
	}
	return found
}
