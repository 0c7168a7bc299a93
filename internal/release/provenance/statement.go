// Package provenance makes the statement of how a release was built: in-toto's, with SLSA's predicate.
//
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
// https://slsa.dev/spec/v1.0/provenance
package provenance

import (
	"encoding/json"
	"fmt"
	"io"
)

const (
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://slsa.dev/provenance/v1"
	repository    = "https://github.com/headgym/terraform-provider-mar"
	// buildType is where the fields of the predicate are explained.
	buildType = repository + "/blob/main/SECURITY.md#what-the-provenance-statement-says"
)

// A Statement says of its subjects from what, with what and by whom they were built. It has no times and no numbers of
// runs, so that who builds the same again gets the same statement.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

// A Subject is a file.
type Subject struct {
	Name   string `json:"name"`
	Digest Digest `json:"digest"`
}

// A Digest has one of its fields.
type Digest struct {
	SHA256    string `json:"sha256,omitempty"`
	GitCommit string `json:"gitCommit,omitempty"`
}

// A Predicate is SLSA's.
type Predicate struct {
	BuildDefinition struct {
		BuildType          string `json:"buildType"`
		ExternalParameters struct {
			Repository string `json:"repository"`
			Ref        string `json:"ref"`
		} `json:"externalParameters"`
		ResolvedDependencies []Dependency `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	RunDetails struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
	} `json:"runDetails"`
}

// A Dependency is something that was built from, or with.
type Dependency struct {
	Name   string  `json:"name,omitempty"`
	URI    string  `json:"uri"`
	Digest *Digest `json:"digest,omitempty"`
}

// A Build is what a statement is made of.
type Build struct {
	Tag, Commit string
	// Builder is who runs it, as a URI.
	Builder   string
	GoVersion string
}

// New returns the statement of a build about files.
func New(build Build, files []Subject) Statement {
	statement := Statement{Type: statementType, Subject: files, PredicateType: predicateType}
	definition := &statement.Predicate.BuildDefinition
	definition.BuildType = buildType
	definition.ExternalParameters.Repository = repository
	definition.ExternalParameters.Ref = "refs/tags/" + build.Tag
	definition.ResolvedDependencies = []Dependency{
		{URI: "git+" + repository + "@refs/tags/" + build.Tag, Digest: &Digest{GitCommit: build.Commit}},
		{Name: "go", URI: "pkg:golang/toolchain@" + build.GoVersion},
	}
	statement.Predicate.RunDetails.Builder.ID = build.Builder
	return statement
}

// Write writes the statement in JSON.
func (s Statement) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(s)
}

// Parse reads a statement.
func Parse(text []byte) (Statement, error) {
	var statement Statement
	if err := json.Unmarshal(text, &statement); err != nil {
		return Statement{}, err
	}
	if statement.Type != statementType || statement.PredicateType != predicateType {
		return Statement{}, fmt.Errorf("it is a %s about %s, not a provenance statement", statement.Type, statement.PredicateType)
	}
	return statement, nil
}

// Commit is the one that was built.
func (s Statement) Commit() string {
	for _, dependency := range s.Predicate.BuildDefinition.ResolvedDependencies {
		if dependency.Digest != nil && dependency.Digest.GitCommit != "" {
			return dependency.Digest.GitCommit
		}
	}
	return ""
}

// Digests returns the SHA-256 of each subject by its name.
func (s Statement) Digests() map[string]string {
	digests := map[string]string{}
	for _, subject := range s.Subject {
		digests[subject.Name] = subject.Digest.SHA256
	}
	return digests
}
