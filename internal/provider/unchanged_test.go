package provider

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// packedAs encodes a value with its keys in that order.
func packedAs(tb testing.TB, pairs ...any) *tfprotov6.DynamicValue {
	tb.Helper()
	encoded := []byte{0x80 | byte(len(pairs)/2)}
	for _, part := range pairs {
		text, err := msgpack.Marshal(part)
		if err != nil {
			tb.Fatal(err)
		}
		encoded = append(encoded, text...)
	}
	return &tfprotov6.DynamicValue{MsgPack: encoded}
}

func privateOf(tb testing.TB, keys map[string]string) []byte {
	tb.Helper()
	raw := map[string][]byte{}
	for key, value := range keys {
		raw[key] = []byte(value)
	}
	data, err := json.Marshal(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func usualSubject(tb testing.TB) subject {
	tb.Helper()
	return subject{
		Conduct: "1.0.0\nwarn", Type: "mar_instance",
		State:    packedAs(tb, "a", "1", "b", []string{"x", "y"}, "c", int64(5), "d", nil, "e", true),
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: packedAs(tb, "name", "web")},
		Private:  privateOf(tb, map[string]string{"record": `{"a":1}`, "seen": `"uid@7"`}),
	}
}

// Two fingerprints are the same only where a read, or a plan, would be.
func TestSubject_fingerprints(t *testing.T) {
	config := packedAs(t, "a", "1")
	usual := usualSubject(t)
	read, plan := usual.readPrint(), usual.planPrint(config)
	if read == "" || plan == "" || read == plan {
		t.Fatalf("got %q and %q", read, plan)
	}
	for name, c := range map[string]struct {
		change             func(*subject)
		sameRead, samePlan bool
	}{
		"nothing": {func(*subject) {}, true, true},
		"the order of keys": {func(s *subject) {
			s.State = packedAs(t, "e", true, "d", nil, "c", int64(5), "b", []string{"x", "y"}, "a", "1")
		}, true, true},
		"the order of a set": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"y", "x"}, "c", int64(5), "d", nil, "e", true)
		}, true, true},
		"marks":            {func(s *subject) { s.Private = withMarks(s.Private, marks{Read: "r", Plan: "p"}) }, true, true},
		"the version seen": {func(s *subject) { s.Private = privateOf(t, map[string]string{"record": `{"a":1}`, "seen": `"uid@8"`}) }, false, true},
		"the record":       {func(s *subject) { s.Private = privateOf(t, map[string]string{"record": `{"a":2}`, "seen": `"uid@7"`}) }, false, false},
		"the conduct":      {func(s *subject) { s.Conduct = "1.0.1\nwarn" }, false, false},
		"the type":         {func(s *subject) { s.Type = "mar_cluster" }, false, false},
		"a value": {func(s *subject) {
			s.State = packedAs(t, "a", "2", "b", []string{"x", "y"}, "c", int64(5), "d", nil, "e", true)
		}, false, false},
		"a value's type": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"x", "y"}, "c", "5", "d", nil, "e", true)
		}, false, false},
		"an element": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"x"}, "c", int64(5), "d", nil, "e", true)
		}, false, false},
		"a null": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"x", "y"}, "c", int64(5), "d", "", "e", true)
		}, false, false},
		"the identity": {func(s *subject) {
			s.Identity = &tfprotov6.ResourceIdentityData{IdentityData: packedAs(t, "name", "web2")}
		}, false, false},
		"no identity":        {func(s *subject) { s.Identity = nil }, false, false},
		"meta of the module": {func(s *subject) { s.ProviderMeta = packedAs(t, "a", "1") }, false, false},
		"unreadable private": {func(s *subject) { s.Private = []byte("{") }, false, false},
		"an unknown value": {func(s *subject) {
			s.State = &tfprotov6.DynamicValue{MsgPack: []byte{0x81, 0xa1, 'a', 0xd4, 0x00, 0x00}}
		}, false, false},
		"no state that reads": {func(s *subject) { s.State = &tfprotov6.DynamicValue{MsgPack: []byte{0xc1}} }, false, false},
	} {
		changed := usualSubject(t)
		c.change(&changed)
		if got := changed.readPrint(); (got == read) != c.sameRead {
			t.Errorf("%s: the read's is %q", name, got)
		}
		if got := changed.planPrint(config); (got == plan) != c.samePlan {
			t.Errorf("%s: the plan's is %q", name, got)
		}
	}
	if other := usual.planPrint(packedAs(t, "a", "2")); other == plan {
		t.Error("another configuration has the same fingerprint")
	}
}

// What names no version of its object, or can't be read, has no fingerprint to be found
// again by.
func TestSubject_withoutFingerprints(t *testing.T) {
	for name, change := range map[string]func(*subject){
		"no version seen":    func(s *subject) { s.Private = privateOf(t, map[string]string{"record": "{}"}) },
		"an empty version":   func(s *subject) { s.Private = privateOf(t, map[string]string{"seen": `""`}) },
		"unreadable private": func(s *subject) { s.Private = []byte("{") },
		"no state":           func(s *subject) { s.State = nil },
	} {
		s := usualSubject(t)
		change(&s)
		if got := s.readPrint(); got != "" {
			t.Errorf("%s: the read's is %q", name, got)
		}
	}
	unread := usualSubject(t)
	if got := unread.planPrint(nil); got != "" {
		t.Errorf("without a configuration: %q", got)
	}
}

func TestWithMarks(t *testing.T) {
	before := privateOf(t, map[string]string{"record": "{}"})
	m := marks{Read: "r", Plan: "p"}
	if got := marked(withMarks(before, m)); got != m {
		t.Errorf("got %+v back", got)
	}
	if got := withMarks(withMarks(before, m), marks{}); string(got) != string(before) {
		t.Errorf("took the marks away and got %s", got)
	}
	if got := withMarks(nil, marks{}); got != nil {
		t.Errorf("nothing became %s", got)
	}
	if got := marked([]byte("{")); got != (marks{}) {
		t.Errorf("unreadable private state has %+v", got)
	}
}

// BenchmarkFingerprint is what each answer at once costs.
func BenchmarkFingerprint(b *testing.B) {
	s := usualSubject(b)
	b.ReportAllocs()
	for b.Loop() {
		if s.readPrint() == "" {
			b.Fatal("none")
		}
	}
}
