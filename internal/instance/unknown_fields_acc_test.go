package instance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// fromTheFuture has the API server answer with a field in each Pod's spec, and in each of its
// containers, that no version of Kubernetes has.
func fromTheFuture(w http.ResponseWriter, r *http.Request, server http.Handler) {
	if r.URL.Query().Has("watch") {
		server.ServeHTTP(w, r)
		return
	}
	r.Header.Set("Accept", "application/json")
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, r)
	text := answer.Body.Bytes()
	var object map[string]any
	if json.Unmarshal(text, &object) == nil {
		items, isList := object["items"].([]any)
		if !isList {
			items = []any{object}
		}
		for _, item := range items {
			if pod, ok := item.(map[string]any); ok {
				addFutureFields(pod)
			}
		}
		text, _ = json.Marshal(object)
	}
	for name, values := range answer.Header() {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(answer.Code)
	_, _ = bytes.NewReader(text).WriteTo(w)
}

func addFutureFields(pod map[string]any) {
	spec, ok := pod["spec"].(map[string]any)
	if !ok {
		return
	}
	spec["hoverMode"] = map[string]any{"height": "1m"}
	containers, _ := spec["containers"].([]any)
	for _, container := range containers {
		if c, ok := container.(map[string]any); ok {
			c["antiGravity"] = true
		}
	}
}

// TestAccInstance_fieldsFromTheFutureStay holds that a Pod of a newer Kubernetes imports, that its
// generated configuration plans empty, that the import says what it doesn't know, and that changes
// in place leave that alone: they are patches, and name other fields.
func TestAccInstance_fieldsFromTheFutureStay(t *testing.T) {
	t.Parallel()
	cluster := acctest.Namespace(t)
	var mu sync.Mutex
	var writes []string
	proxy := acctest.FaultyProxy(t, func(r *http.Request) acctest.Fault {
		if !strings.Contains(r.URL.Path, "/pods") {
			return acctest.Pass
		}
		if r.Method != http.MethodGet && !r.URL.Query().Has("dryRun") {
			mu.Lock()
			defer mu.Unlock()
			writes = append(writes, r.Method+" "+r.Header.Get("Content-Type"))
		}
		return fromTheFuture
	})
	making := acctest.NewCLI(t)
	making.Configure(proxy + instanceConfig(cluster, `env = { A = "1" }`, `labels = { a = "1" }`))
	making.Must(0, "apply", "-auto-approve")
	making.Must(0, "plan", "-detailed-exitcode")

	terraform := acctest.NewCLI(t)
	terraform.Configure(proxy + fmt.Sprintf("import {\n  to = mar_instance.test\n  id = %q\n}\n", cluster+"/web"))
	output := terraform.Must(0, "plan", "-generate-config-out=generated.tf")
	for _, want := range []string{"spec.hoverMode", "spec.containers[0].antiGravity"} {
		if !strings.Contains(output, want) {
			t.Errorf("the import doesn't say %s:\n%s", want, output)
		}
	}
	terraform.Must(0, "apply", "-auto-approve")
	terraform.Must(0, "plan", "-detailed-exitcode")

	pods := acctest.Client(t).CoreV1().Pods(cluster)
	before, err := pods.Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	writes = nil
	mu.Unlock()
	making.Configure(proxy + instanceConfig(cluster, `env = { A = "1" }`, `labels = { a = "2" }`))
	making.Must(0, "apply", "-auto-approve")
	making.Must(0, "plan", "-detailed-exitcode")
	after, err := pods.Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if before.UID != after.UID || after.Labels["a"] != "2" {
		t.Error("the label wasn't changed in place")
	}
	mu.Lock()
	defer mu.Unlock()
	for _, write := range writes {
		if !strings.HasPrefix(write, "PATCH ") {
			t.Errorf("a change in place is %s, which would take away what it doesn't know", write)
		}
	}
	if len(writes) == 0 {
		t.Error("nothing was written")
	}
}
