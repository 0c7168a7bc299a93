package drift_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// settings is a provider block to run the matrix with.
type settings struct {
	title, provider string
}

var rows = flag.String("rows", "", "run only the rows whose description matches this regular expression")

// image is every instance's.
const image = "registry.k8s.io/pause:3.10"

// world is rows that share one configuration and the runs of Terraform on it.
type world struct {
	title     string
	terraform *acctest.CLI
	actors    []*actor
}

// actor is a row on stage.
type actor struct {
	row
	outside
	// was is what the server had of it once it was applied, became that after the
	// change.
	was, became map[string]string
}

func (a *actor) address() string { return string(a.of) + "." + a.label() }

// worlds are the parts of the matrix that can't share a run: those whose plan
// must be quiet as a whole, those whose plan ends with errors, those whose apply
// does; and the rest by kind.
func worlds(t *testing.T) []*world {
	t.Helper()
	all, only := map[string]*world{}, regexp.MustCompile(*rows)
	for _, part := range matrix() {
		for _, r := range part.rows {
			if !possible(t, r) || !only.MatchString(r.happens) {
				continue
			}
			title := map[action]string{quiet: "silent", refused: "refused at plan", disputed: "refused at apply", occupied: "refused at apply"}[r.plan.action]
			if title == "" || r.remembered {
				title = "named " + string(r.of)
			}
			if all[title] == nil {
				all[title] = &world{title: title}
			}
			all[title].actors = append(all[title].actors, &actor{row: r})
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *world) int { return strings.Compare(a.title, b.title) })
}

func possible(t *testing.T, r row) bool {
	t.Helper()
	return (!r.played || acctest.IsEmbedded()) && (r.needs == "" || acctest.Has(t, r.needs))
}

// TestAccDrift_matrix holds what every row says.
func TestAccDrift_matrix(t *testing.T) {
	for _, with := range []settings{{"defaults", ""}} {
		for _, w := range worlds(t) {
			t.Run(with.title+"/"+w.title, func(t *testing.T) {
				t.Parallel()
				w.enter(t)
				w.terraform.Configure(w.configuration(with))
				w.run(t)
			})
		}
	}
}

// enter gives each row its place on the server.
func (w *world) enter(t *testing.T) {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", acctest.Kubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	client, shared := acctest.Client(t), ""
	w.terraform = acctest.NewCheckedCLI(t)
	for i, a := range w.actors {
		a.outside = outside{client: client, objects: objects, name: fmt.Sprintf("mar-i-%d", i)}
		switch {
		case a.of == cluster:
			a.cluster = acctest.ClusterName(t)
		case a.given != nil:
			a.cluster = acctest.Namespace(t)
		default:
			if shared == "" {
				shared = acctest.Namespace(t)
			}
			a.cluster = shared
		}
	}
	w.all(t, func(ctx context.Context, a *actor) error { return a.does(ctx, a.given) })
}

func (a *actor) does(ctx context.Context, c change) error {
	if c == nil {
		return nil
	}
	return c(ctx, a.outside)
}

// all does something for all rows at once.
func (w *world) all(t *testing.T, do func(ctx context.Context, a *actor) error) {
	t.Helper()
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(16)
	for _, a := range w.actors {
		group.Go(func() error {
			if err := do(ctx, a); err != nil {
				return fmt.Errorf("%s: %w", a.happens, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// configuration is the one place that writes the rows' configuration.
func (w *world) configuration(with settings) string {
	var text strings.Builder
	text.WriteString(with.provider)
	for _, a := range w.actors {
		fmt.Fprintf(&text, "resource %q %q {\n", a.of, a.label())
		if a.of == cluster {
			fmt.Fprintf(&text, "  name = %q\n", a.cluster)
		} else {
			fmt.Fprintf(&text, "  cluster = %q\n  name = %q\n  image = %q\n", a.cluster, a.name, image)
		}
		fmt.Fprintf(&text, "  %s\n}\n", a.named(a.config))
	}
	return text.String()
}

// run applies, changes, plans, applies, and plans again.
func (w *world) run(t *testing.T) {
	t.Helper()
	w.apply(t)
	w.all(t, func(ctx context.Context, a *actor) (err error) {
		a.was, err = a.held(ctx)
		return err
	})
	w.all(t, func(ctx context.Context, a *actor) (err error) {
		if err := a.does(ctx, a.change); err != nil {
			return err
		}
		a.became, err = a.held(ctx)
		return err
	})
	if w.title == "silent" {
		w.refreshIsQuiet(t)
	}
	p := makePlan(t, w.terraform)
	w.check(t, p)
	meanwhile, ctx := errgroup.WithContext(t.Context())
	for _, a := range w.actors {
		meanwhile.Go(func() error { return a.does(ctx, a.meanwhile) })
	}
	switch {
	case w.title == "refused at plan":
	case w.title == "refused at apply":
		w.checkDispute(t)
	case p.code != 1:
		w.terraform.Must(0, "apply", "-parallelism=30", "saved")
	}
	if err := meanwhile.Wait(); err != nil {
		t.Error(err)
	}
	w.all(t, func(ctx context.Context, a *actor) error { return a.does(ctx, a.mended) })
	if strings.HasPrefix(w.title, "refused") {
		w.apply(t)
	}
	w.settled(t)
}

func (w *world) apply(t *testing.T) {
	t.Helper()
	w.terraform.Must(0, "apply", "-auto-approve", "-parallelism=30")
}

// check holds each row's verdict.
func (w *world) check(t *testing.T, p plan) {
	t.Helper()
	for _, a := range w.actors {
		t.Run(a.label(), func(t *testing.T) {
			for _, wrong := range p.compare(a.address(), a.expected()) {
				t.Errorf("%s: %s", a.happens, wrong)
			}
		})
	}
	for _, d := range p.said[""] {
		t.Errorf("said of no resource: %s: %s", d.Summary, d.Detail)
	}
}

// checkDispute applies, and holds that each row's apply ends as it says. What the
// plan has warned of is no part of that.
func (w *world) checkDispute(t *testing.T) {
	t.Helper()
	output, _ := w.terraform.Run("apply", "-json", "-parallelism=30", "saved")
	said := diagnostics(t, output)
	for _, a := range w.actors {
		errors := slices.DeleteFunc(said[a.address()], func(d diagnostic) bool { return d.Severity != "error" })
		if len(errors) == 0 {
			t.Errorf("%s: the apply ends well", a.happens)
		}
		for _, wrong := range saidWrong(errors, fails(a.plan.says...)) {
			t.Errorf("%s: %s", a.happens, wrong)
		}
	}
}

// refreshIsQuiet asks by the exit code, as drift detection in CI does: core counts
// what the provider remembers beside the state, too. Which row isn't quiet it
// doesn't say, so each is asked for alone then.
func (w *world) refreshIsQuiet(t *testing.T) {
	t.Helper()
	if _, code := w.terraform.Run("plan", "-refresh-only", "-detailed-exitcode", "-parallelism=30"); code == 0 {
		return
	}
	for _, a := range w.actors {
		if output, code := w.terraform.Run("plan", "-refresh-only", "-detailed-exitcode", "-target="+a.address()); code != 0 {
			t.Errorf("%s: a refresh-only plan ends with %d:\n%s", a.happens, code, output)
		}
	}
}

// settled holds that the next plan is empty, and what the server has.
func (w *world) settled(t *testing.T) {
	t.Helper()
	if output, code := w.terraform.Run("plan", "-detailed-exitcode", "-parallelism=30"); code != 0 {
		t.Errorf("the plan after the apply ends with %d:\n%s", code, output)
	}
	w.all(t, func(ctx context.Context, a *actor) error {
		now, err := a.held(ctx)
		want, than := a.was, "before the change"
		if a.plan.action == quiet || a.plan.action == noted {
			want, than = a.became, "before the apply"
		}
		if a.anew || a.plan.action == created || a.plan.action == replaced {
			delete(want, uid)
			delete(now, uid)
		}
		switch {
		case err != nil:
			t.Errorf("%s: %v", a.happens, err)
		case a.left != nil:
			if err := a.does(ctx, a.left); err != nil {
				t.Errorf("%s: %v", a.happens, err)
			}
		default:
			if diff := cmp.Diff(want, now); diff != "" {
				t.Errorf("%s: the server has something else than %s, -then +now:\n%s", a.happens, than, diff)
			}
		}
		return nil
	})
}
