package acctest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

const (
	featuresBegin = "<!-- features: written by a test, from the table that tests are skipped by -->\n"
	featuresEnd   = "<!-- features end -->"
)

var writeFeatures = flag.Bool("features", false, "write the table of features into the documentation's template")

// TestFeatures_areTheDocumentations holds that the documentation says of a
// version what the tests skip by.
func TestFeatures_areTheDocumentations(t *testing.T) {
	var table strings.Builder
	table.WriteString("| feature | for | Terraform | OpenTofu | without it |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range acctest.Features() {
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", s.Feature, s.Use, since(s.Terraform), since(s.OpenTofu), s.Instead)
	}
	file := filepath.Join("..", "..", "templates", "guides", "versions.md.tmpl")
	template, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(template), featuresBegin)
	written, tail, ended := strings.Cut(rest, featuresEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", file)
	}
	if *writeFeatures {
		if err := os.WriteFile(file, []byte(head+featuresBegin+table.String()+featuresEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if written != table.String() {
		t.Errorf("%s disagrees with the table of features; write it with -features:\n%s", file, table.String())
	}
}

func since(version string) string {
	if version == "" {
		return "no"
	}
	return version
}

func TestCore(t *testing.T) {
	for name, c := range map[string]struct {
		output, is string
		has, lacks []acctest.Feature
	}{
		"the oldest Terraform": {
			"Terraform v1.8.5\non linux_amd64\n", "Terraform 1.8.5",
			[]acctest.Feature{acctest.ProviderFunctions, acctest.MoveAcrossTypes, acctest.RemovedBlocks},
			[]acctest.Feature{acctest.EphemeralResources, acctest.WriteOnly, acctest.ImportByIdentity, acctest.Query, acctest.Actions},
		},
		"one between": {
			"Terraform v1.11.4\n\nYour version of Terraform is out of date!\n", "Terraform 1.11.4",
			[]acctest.Feature{acctest.EphemeralResources, acctest.WriteOnly},
			[]acctest.Feature{acctest.ImportByIdentity},
		},
		"the newest Terraform": {"Terraform v1.16.4\n", "Terraform 1.16.4", []acctest.Feature{acctest.Query, acctest.Actions}, nil},
		"a preview":            {"Terraform v1.14.0-beta1\n", "Terraform 1.14.0-beta1", []acctest.Feature{acctest.Actions}, nil},
		"OpenTofu": {
			"\nWarning: Something else\n\nOpenTofu v1.12.6\non linux_amd64\n", "OpenTofu 1.12.6",
			[]acctest.Feature{acctest.ImportByIdentity, acctest.WriteOnly, acctest.MoveAcrossTypes},
			[]acctest.Feature{acctest.Query, acctest.Actions},
		},
		"an older OpenTofu": {"OpenTofu v1.9.4\n", "OpenTofu 1.9.4", []acctest.Feature{acctest.ProviderFunctions}, []acctest.Feature{acctest.MoveAcrossTypes, acctest.RemovedBlocks}},
	} {
		t.Run(name, func(t *testing.T) {
			core, err := acctest.ParseCore(c.output)
			if err != nil || core.String() != c.is {
				t.Fatalf("got %s, %v; want %s", core, err, c.is)
			}
			for _, s := range acctest.Features() {
				for _, feature := range c.has {
					if s.Feature == feature && !core.Has(s) {
						t.Errorf("it hasn't %s", feature)
					}
				}
				for _, feature := range c.lacks {
					if s.Feature == feature && core.Has(s) {
						t.Errorf("it has %s", feature)
					}
				}
			}
		})
	}
	if _, err := acctest.ParseCore("Pulumi v3.1\n"); err == nil {
		t.Error("another program is taken for Terraform")
	}
}
