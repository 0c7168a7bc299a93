// Package drift holds the provider's first two promises, no false drift and no
// missed drift, by one table: what is changed behind Terraform's back, and what
// the next plan says. Its rows are in rows_*_test.go, and the page Drift of the
// documentation is made of them.
package drift_test

import (
	"cmp"
	"slices"
	"strings"
)

// table is a part of the matrix, and of the page.
type table struct {
	title, intro string
	// of is what each row has one of that says nothing else.
	of   kind
	rows []row
}

type kind string

const (
	cluster  kind = "mar_cluster"
	instance kind = "mar_instance"
)

// row is one case: a resource, a change behind Terraform's back, and what the
// next plan must say of it. After that an apply must leave the server as it was
// before the change, where the plan named it, and as it is, where it didn't; and
// the plan after that must be empty.
type row struct {
	// happens is what was changed, for people. It must be unique.
	happens string
	of      kind
	// config is what the resource declares beside its name, and an instance
	// beside its cluster and image.
	config string
	// given is what there is in the cluster before the instance is made.
	given change
	// change is made once everything is applied.
	change change
	plan   verdict
	// sees is what the page adds.
	sees string
	// meanwhile is done while the apply runs, mended before the apply that must
	// go well.
	meanwhile, mended change
	// left looks at what the apply has left, where that isn't what was there
	// before.
	left change
	// remembered is set where nothing is planned, and yet the provider remembers
	// something new beside the state, which core counts in a refresh-only plan.
	remembered bool
	// anew is set where an update makes another Pod.
	anew bool
	// needs is the least version of Terraform that can do this.
	needs string
	// played is set where only the embedded cluster's Pods can play this.
	played bool
}

// verdict is what a plan says.
type verdict struct {
	action action
	// paths are what is updated, or what forces the replacement: all of them,
	// and nothing else.
	paths []string
	// warns are pieces of text that the plan's warnings have to contain, one for
	// each warning, each beginning with the warning's summary.
	warns []warning
	// says is in the error.
	says []string
}

type warning struct{ summary, says string }

// action is what a plan does about a resource.
type action string

const (
	// quiet: nothing, and a refresh finds nothing new either.
	quiet action = "nothing"
	// noted: nothing, but the state learns something.
	noted action = "nothing; the state takes note"
	// updated: an update in place.
	updated action = "update in place"
	// replaced: a replacement.
	replaced action = "replacement"
	// created: it is made again.
	created action = "create"
	// refused: the plan ends with an error.
	refused action = "error"
	// disputed: the plan is an update, and its apply an error.
	disputed action = "update in place, which ends as an error"
)

func silent() verdict { return verdict{action: quiet} }

// notes is for what changes the state and plans nothing: these attributes.
func notes(paths ...string) verdict { return verdict{action: noted, paths: paths} }

func updates(paths ...string) verdict { return verdict{action: updated, paths: paths} }

func replaces(paths ...string) verdict { return verdict{action: replaced, paths: paths} }

func creates() verdict { return verdict{action: created} }

func fails(says ...string) verdict { return verdict{action: refused, says: says} }

// conflicts is for an update of the paths that the API server refuses.
func conflicts(paths, says []string) verdict {
	return verdict{action: disputed, paths: paths, says: says}
}

// warning adds one that the plan has to have.
func (v verdict) warning(summary, says string) verdict {
	v.warns = append(slices.Clone(v.warns), warning{summary, says})
	return v
}

// label is the row's resource in the configuration.
func (r row) label() string {
	words := strings.FieldsFunc(strings.ToLower(r.happens), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	return "row_" + strings.Join(words, "_")
}

// matrix is every row.
func matrix() []table {
	parts := []table{
		quotas(), limitRanges(), networks(), accesses(), namespaces(),
		gonePods(), endedPods(), namesakes(), declaredOfPods(), surroundingsOfPods(), power(), ownership(),
		silentClusters(), silentInstances(), silentAdmission(),
	}
	for _, part := range parts {
		for i := range part.rows {
			part.rows[i].of = cmp.Or(part.rows[i].of, part.of)
		}
	}
	return parts
}
