package protocol

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/headgym/terraform-provider-mar/internal/fw"
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

func privateOf(keys map[string]string) private {
	p := private{}
	for key, value := range keys {
		p[key] = []byte(value)
	}
	return p
}

func usualSubject(tb testing.TB) subject {
	tb.Helper()
	return subject{
		Conduct: "1.0.0\nwarn", Type: "mar_instance",
		State:    packedAs(tb, "a", "1", "b", []string{"x", "y"}, "c", int64(5), "d", nil, "e", true),
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: packedAs(tb, "name", "web")},
		Private:  privateOf(map[string]string{"record": `{"a":1}`, "seen": `{"Version":"uid@7"}`}),
	}
}

// Two fingerprints are the same only where a read, or a plan, would be.
func TestSubject_fingerprints(t *testing.T) {
	usual := usualSubject(t).fingerprint()
	if usual == nil {
		t.Fatal("the usual one has none")
	}
	for name, c := range map[string]struct {
		change func(*subject)
		same   bool
	}{
		"nothing": {func(*subject) {}, true},
		"the order of keys": {func(s *subject) {
			s.State = packedAs(t, "e", true, "d", nil, "c", int64(5), "b", []string{"x", "y"}, "a", "1")
		}, true},
		"the order of a set": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"y", "x"}, "c", int64(5), "d", nil, "e", true)
		}, true},
		"marks":            {func(s *subject) { s.Private[marksKey] = []byte(`"r.p"`) }, true},
		"the version seen": {func(s *subject) { s.Private[fw.SeenKey] = []byte(`{"Version":"uid@8"}`) }, true},
		"the record":       {func(s *subject) { s.Private["record"] = []byte(`{"a":2}`) }, false},
		"no record":        {func(s *subject) { delete(s.Private, "record") }, false},
		"the conduct":      {func(s *subject) { s.Conduct = "1.0.1\nwarn" }, false},
		"the type":         {func(s *subject) { s.Type = "mar_cluster" }, false},
		"a value": {func(s *subject) {
			s.State = packedAs(t, "a", "2", "b", []string{"x", "y"}, "c", int64(5), "d", nil, "e", true)
		}, false},
		"a value's type": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"x", "y"}, "c", "5", "d", nil, "e", true)
		}, false},
		"an element": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"x"}, "c", int64(5), "d", nil, "e", true)
		}, false},
		"a null": {func(s *subject) {
			s.State = packedAs(t, "a", "1", "b", []string{"x", "y"}, "c", int64(5), "d", "", "e", true)
		}, false},
		"the identity": {func(s *subject) {
			s.Identity = &tfprotov6.ResourceIdentityData{IdentityData: packedAs(t, "name", "web2")}
		}, false},
		"no identity":        {func(s *subject) { s.Identity = nil }, false},
		"meta of the module": {func(s *subject) { s.ProviderMeta = packedAs(t, "a", "1") }, false},
		"an unknown value": {func(s *subject) {
			s.State = &tfprotov6.DynamicValue{MsgPack: []byte{0x81, 0xa1, 'a', 0xd4, 0x00, 0x00}}
		}, false},
		"no state that reads": {func(s *subject) { s.State = &tfprotov6.DynamicValue{MsgPack: []byte{0xc1}} }, false},
		"no state":            {func(s *subject) { s.State = nil }, false},
	} {
		changed := usualSubject(t)
		c.change(&changed)
		if got := changed.fingerprint(); slices.Equal(got, usual) != c.same {
			t.Errorf("%s: it is %x", name, got)
		}
	}
}

// A mark is of one version of the object, or of one configuration, and there is none
// without.
func TestFingerprint_marks(t *testing.T) {
	of := usualSubject(t).fingerprint()
	config, other := packedAs(t, "a", "1"), packedAs(t, "a", "2")
	marks := []string{of.read("uid@7"), of.read("uid@8"), of.plan(config), of.plan(other)}
	if distinct := slices.Compact(slices.Sorted(slices.Values(marks))); len(distinct) != len(marks) || slices.Contains(marks, "") {
		t.Errorf("they are %q", marks)
	}
	if of.read("uid@7") != marks[0] || of.plan(config) != marks[2] {
		t.Error("the same mark is another the second time")
	}
	for name, got := range map[string]string{
		"no version":                of.read(""),
		"no configuration":          of.plan(nil),
		"a read of no fingerprint":  fingerprint(nil).read("uid@7"),
		"a plan of no fingerprint":  fingerprint(nil).plan(config),
		"a subject without a state": subject{Conduct: "1.0.0"}.fingerprint().read("uid@7"),
	} {
		if got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPrivate_marks(t *testing.T) {
	before := privateOf(map[string]string{"record": "{}", "seen": `{"Version":"uid@7","PlansNothing":true}`})
	if seen, known := before.seen(); !known || seen != (fw.Seen{Version: "uid@7", PlansNothing: true}) {
		t.Errorf("it has seen %+v", seen)
	}
	for _, m := range []marks{{}, {Read: "r"}, {Plan: "p"}, {Read: "r", Plan: "p"}} {
		data, err := before.with(m)
		if err != nil {
			t.Fatal(err)
		}
		after, err := readPrivate(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := after.marks(); got != m {
			t.Errorf("%+v came back as %+v", m, got)
		}
		if _, known := after.seen(); known {
			t.Errorf("%s is saved", data)
		}
		if again, err := after.with(marks{}); err != nil || string(again) != `{"record":"e30="}` {
			t.Errorf("without marks it is %s, %v", again, err)
		}
	}
	if data, err := (private{}).with(marks{}); data != nil || err != nil {
		t.Errorf("nothing became %s, %v", data, err)
	}
	for _, text := range []string{"", "{", `{"read":"r"}`, `""`} {
		if got := privateOf(map[string]string{marksKey: text}).marks(); got != (marks{}) {
			t.Errorf("%q is %+v", text, got)
		}
	}
	if _, err := readPrivate([]byte("{")); err == nil {
		t.Error("what is no private state was read")
	}
}

// BenchmarkFingerprint is what each answer at once costs.
func BenchmarkFingerprint(b *testing.B) {
	s := usualSubject(b)
	b.ReportAllocs()
	for b.Loop() {
		if s.fingerprint() == nil {
			b.Fatal("none")
		}
	}
}
