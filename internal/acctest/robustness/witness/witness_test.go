package witness_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

func TestCommand_readsEvents(t *testing.T) {
	c := witness.Command{Output: `{"type":"planned_change","change":{"action":"update","resource":{"addr":"mar_instance.web"}}}
{"type":"resource_drift","change":{"action":"delete","resource":{"addr":"mar_instance.db"}}}
not JSON
{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Exists","detail":"x:\n\n  import {\n    to = mar_instance.this # the address\n    id = \"dev/web\"\n  }\n","address":"mar_instance.web"}}
`}
	c.ReadEvents()
	if len(c.Changes) != 1 || c.Changes[0] != "update mar_instance.web" || len(c.Drift) != 1 || c.Drift[0] != "delete mar_instance.db" {
		t.Errorf("%v, %v", c.Changes, c.Drift)
	}
	if ids := c.Imports(); len(ids) != 1 || ids[0] != "dev/web" {
		t.Errorf("%v", ids)
	}
}

const state = `{"version": 4, "serial": 3, "lineage": "l", "resources": [
  {"module": "module.w0", "mode": "managed", "type": "mar_instance", "name": "web", "provider": "p", "instances": [{"attributes": {"id": "a/web", "uid": "1"}, "private": "eyJrIjoiYUhWdWRHVnlNZz09In0="}]},
  {"module": "module.w1", "mode": "managed", "type": "mar_instance", "name": "many", "provider": "p", "instances": [
    {"index_key": 0, "attributes": {"id": "b/web-0"}, "status": "tainted"}, {"index_key": 1, "attributes": {"id": "b/web-1"}}]}
]}`

func TestState_isSplitByModuleAndReadWithItsPrivateState(t *testing.T) {
	parts, err := witness.SplitState([]byte(state))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) witness.State {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "terraform.tfstate"), parts[name], 0o600); err != nil {
			t.Fatal(err)
		}
		return witness.ReadState(dir)
	}
	first, second := read("w0"), read("w1")
	if !first.Has("a/web") || first.Has("b/web-0") || len(first.Resources) != 1 || first.Resources[0].Address != "mar_instance.web" {
		t.Errorf("%+v", first)
	}
	if !strings.Contains(first.Text, "hunter2") {
		t.Errorf("the private state isn't in the clear: %s", first.Text)
	}
	if len(second.Resources) != 2 || second.Resources[1].Address != "mar_instance.many[1]" || !second.Resources[0].Tainted {
		t.Errorf("%+v", second)
	}
	if first.Lineage == second.Lineage {
		t.Error("two states have one lineage")
	}
}

func TestAuditLog_readsOnWhereItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	log := witness.NewAuditLog(path)
	write := func(text string) {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	made := `{"auditID":"1","verb":"create","userAgent":"terraform-provider-mar/1","requestURI":"/x","objectRef":{"resource":"pods","namespace":"dev"},"responseStatus":{"code":201},"requestObject":{"metadata":{"annotations":{"mar.headgym.com/create-nonce":"n"}}},"responseObject":{"metadata":{"name":"web","uid":"u"}}}` + "\n"
	others := `{"auditID":"2","verb":"create","userAgent":"kubectl","requestURI":"/x","objectRef":{"resource":"pods","namespace":"dev"},"responseStatus":{"code":201}}` + "\n"
	deleted := `{"auditID":"3","verb":"delete","userAgent":"terraform-provider-mar/1","requestURI":"/x","objectRef":{"resource":"pods","namespace":"dev","name":"web"},"responseStatus":{"code":200},"requestObject":{"preconditions":{"uid":"u"}}}` + "\n"
	write(made + others + deleted[:40])
	events, err := log.Of("dev")
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 || events[0].Nonce != "n" || events[0].UID != "u" || events[0].Name != "web" || !events[0].Carried() {
		t.Errorf("%+v", events)
	}
	write(deleted[40:])
	if events, err = log.Of("dev"); err != nil {
		t.Fatal(err)
	}
	if len(events) != 2 || events[1].Verb != "delete" || events[1].UID != "u" {
		t.Errorf("%+v", events)
	}
}
