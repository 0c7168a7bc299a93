package provenance_test

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/headgym/terraform-provider-mar/internal/release/provenance"
)

const commit = "8aad20d150bbac5944a9f9d289da16a4b0d87c1e"

func TestStatement_isReadAsItWasWritten(t *testing.T) {
	files := fstest.MapFS{"b.zip": {Data: []byte("b")}, "a.zip": {Data: []byte("a")}, "a.cdx.json": {Data: []byte("{}")}}
	subjects, err := provenance.Subjects(files, "*.zip", "*.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	build := provenance.Build{Tag: "v0.1.0", Commit: commit, Builder: "https://example.com/builder", GoVersion: "go1.26.8"}
	var first, second bytes.Buffer
	for _, text := range []*bytes.Buffer{&first, &second} {
		if err := provenance.New(build, subjects).Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("the same build has two statements")
	}

	statement, err := provenance.Parse(first.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if statement.Commit() != commit {
		t.Errorf("the commit is %q", statement.Commit())
	}
	want := map[string]string{
		"a.zip":      "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
		"b.zip":      "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d",
		"a.cdx.json": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
	}
	if got := statement.Digests(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, want := range []string{`"ref": "refs/tags/v0.1.0"`, `"uri": "pkg:golang/toolchain@go1.26.8"`, `"id": "https://example.com/builder"`} {
		if !strings.Contains(first.String(), want) {
			t.Errorf("%s isn't in it:\n%s", want, first.String())
		}
	}
}

func TestSubjects_errsWhereAKindOfFileIsMissing(t *testing.T) {
	_, err := provenance.Subjects(fstest.MapFS{"a.zip": {}}, "*.zip", "*.cdx.json")
	if err == nil || !strings.Contains(err.Error(), "*.cdx.json") {
		t.Errorf("got %v", err)
	}
}

func TestParse_refusesWhatIsNoProvenance(t *testing.T) {
	for _, text := range []string{"", "{}", `{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://spdx.dev/Document"}`} {
		if _, err := provenance.Parse([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
