// Package drift holds the provider's first two promises, no false drift and no
// missed drift, by one table: what is changed behind Terraform's back, and what
// the next plan says. Its rows are in rows_*_test.go, and the page Drift of the
// documentation is made of them.
package drift_test

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
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
	// remade is set instead of change where somebody makes the Pod again: what is
	// different in theirs. Of each of these a plan warns in the same way, beside
	// what the row says.
	remade func(*corev1.Pod)
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
	// needs is what of Terraform the configuration makes use of, if that is new.
	needs acctest.Feature
	// played is set where only the embedded cluster's Pods can play this.
	played bool
}

// verdict is what a plan says.
type verdict struct {
	action action
	// paths are what is updated, or what forces the replacement: all of them,
	// and nothing else.
	paths []string
	// perhaps are those that may be among them or not.
	perhaps []string
	// warns are pieces of text that the plan's warnings have to contain, one for
	// each warning, each beginning with the warning's summary.
	warns []warning
	// says is in the error.
	says []string
}

type warning struct {
	summary, says string
	// or is the summary of what is said where the API server was too busy to be
	// asked for more.
	or string
}

// unchecked is the summary of what a plan says, once, where the API server was too
// busy to try its writes.
const unchecked = "The plan couldn't be checked with the API server"

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
	// occupied: it is made again, and its apply is an error as long as its name is taken.
	occupied action = "create, which ends as an error"
)

func silent() verdict { return verdict{action: quiet} }

// notes is for what changes the state and plans nothing: these attributes.
func notes(paths ...string) verdict { return verdict{action: noted, paths: paths} }

func updates(paths ...string) verdict { return verdict{action: updated, paths: paths} }

func replaces(paths ...string) verdict { return verdict{action: replaced, paths: paths} }

func creates() verdict { return verdict{action: created} }

func fails(says ...string) verdict { return verdict{action: refused, says: says} }

// conflicts is for an update of the paths that the API server refuses, for another
// tool applies the object's field. The plan warns of it, and the apply's error has
// the ways out.
func conflicts(field string, paths ...string) verdict {
	held := field + ` is applied by "` + otherTool + `"`
	says := []string{"Another tool applies the same fields", held, "There are three ways out", "force_conflicts = true"}
	return verdict{action: disputed, paths: paths, says: says}.warning("Apply would conflict with another tool", held).or(unchecked)
}

// taken is for an instance that is made again where another object has its name. The
// apply's error has these pieces of text.
func taken(says ...string) verdict { return verdict{action: occupied, says: says} }

// warning adds one that the plan has to have.
func (v verdict) warning(summary, says string) verdict {
	v.warns = append(slices.Clone(v.warns), warning{summary: summary, says: says})
	return v
}

// or is for the last warning.
func (v verdict) or(summary string) verdict {
	v.warns = slices.Clone(v.warns)
	v.warns[len(v.warns)-1].or = summary
	return v
}

// may adds paths of which it isn't certain that they change.
func (v verdict) may(paths ...string) verdict {
	v.perhaps = append(slices.Clone(v.perhaps), paths...)
	return v
}

// expected is all that the plan has to say of the row.
func (r row) expected() verdict {
	if r.remade != nil {
		return r.plan.warning("Instance was recreated by something else", "kubectl-create created another with the same name and this provider's labels")
	}
	return r.plan
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
			r := &part.rows[i]
			r.of = cmp.Or(r.of, part.of)
			if r.remade != nil {
				r.change = remakes(r.remade)
			}
		}
	}
	return parts
}
