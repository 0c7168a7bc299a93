package podspec_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/podspec"
)

// TestAccEqual_nothingIsNothingInEveryField writes into every field of a Pod's spec what
// looks like nothing: null, zero, empty, and the default, be it the one that the API server
// fills in or one that the API's documentation names. Whatever of it the API server takes
// is no change, no fault, and no drift, unless notNothing says why. Fields are found by
// reflection, so that one which Kubernetes gains is tried too.
func TestAccEqual_nothingIsNothingInEveryField(t *testing.T) {
	t.Parallel()
	w := &fieldWalk{t: t, client: acctest.Client(t), namespace: acctest.Namespace(t), seen: map[reflect.Type]bool{}, unused: notNothing(), specs: map[string]*corev1.PodSpec{}}
	fromYAML(exampleYAML, &w.examples)
	w.object(reflect.TypeFor[corev1.PodSpec](), func(fields map[string]any) map[string]any { return fields })
	var workers sync.WaitGroup
	next := make(chan attempt)
	for range 8 {
		workers.Go(func() {
			for a := range next {
				w.try(a)
			}
		})
	}
	for _, a := range w.attempts {
		next <- a
	}
	close(next)
	workers.Wait()
	for name, reason := range w.unused {
		t.Errorf("notNothing has %s (%s), which is no change or isn't tried", name, reason)
	}
	t.Logf("%d types, %d fields, %d values: %d taken by the API server, %d of them mean something; %d requests",
		len(w.seen), w.fields, len(w.attempts), w.taken, w.excepted, len(w.specs))
	if w.fields < 450 || w.taken < 600 {
		t.Error("too few were tried")
	}
}

// attempt is a declaration without and with a value in a field.
type attempt struct {
	// field and value are what is tried, all is what stands in notNothing for all that the
	// documentation has.
	field, value, all string
	without, with     map[string]any
	// wrong has a value that can't be right. Where the API server takes even that, it doesn't
	// know the field, or doesn't look at it.
	wrong map[string]any
}

type fieldWalk struct {
	t         *testing.T
	client    kubernetes.Interface
	namespace string
	examples  map[string]map[string]any
	seen      map[reflect.Type]bool
	attempts  []attempt
	fields    int

	lock            sync.Mutex
	taken, excepted int
	unused          map[string]string
	// specs are the API server's answers by what was asked, nil where it refused.
	specs map[string]*corev1.PodSpec
}

// object walks the fields of a type, of which in makes a declaration.
func (w *fieldWalk) object(of reflect.Type, in func(fields map[string]any) map[string]any) {
	if w.seen[of] {
		return
	}
	w.seen[of] = true
	w.inlined(of, of, in)
}

// inlined walks the fields of a type and of those that it takes in.
func (w *fieldWalk) inlined(of, taken reflect.Type, in func(fields map[string]any) map[string]any) {
	for i := range taken.NumField() {
		field := taken.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "" && field.Anonymous:
			w.inlined(of, field.Type, in)
		case name == "" || name == "-" || excluded()[of.Name()+"."+name] != "":
		default:
			w.fields++
			w.values(of, taken, field, name, in)
			w.within(of, field.Type, name, in)
		}
	}
}

// within walks on into what a field holds.
func (w *fieldWalk) within(of, holds reflect.Type, name string, in func(map[string]any) map[string]any) {
	put := func(value any) any { return value }
	for holds.Kind() == reflect.Pointer || holds.Kind() == reflect.Slice {
		if holds.Kind() == reflect.Slice {
			put = func(value any) any { return []any{value} }
		}
		holds = holds.Elem()
	}
	// Init containers are of the same type as the others.
	if name == "initContainers" || holds.Kind() != reflect.Struct || holds == reflect.TypeFor[resource.Quantity]() || holds == reflect.TypeFor[intstr.IntOrString]() {
		return
	}
	w.object(holds, func(fields map[string]any) map[string]any {
		return in(w.example(of.Name(), map[string]any{name: put(w.example(holds.Name(), fields))}))
	})
}

// values lists what is tried in a field.
func (w *fieldWalk) values(of, taken reflect.Type, field reflect.StructField, name string, in func(map[string]any) map[string]any) {
	if _, needed := w.examples[of.Name()][name]; needed {
		return
	}
	holds := field.Type
	if holds.Kind() == reflect.Pointer {
		holds = holds.Elem()
	}
	try := func(value any, all string) {
		a := attempt{
			field: of.Name() + "." + name, all: all, value: asJSON(value),
			without: in(w.example(of.Name(), nil)), with: in(with(w.example(of.Name(), nil), name, value)),
		}
		if text, isText := value.(string); isText && isWord(holds) && (text != "" || field.Type.Kind() == reflect.Pointer) {
			a.wrong = in(with(w.example(of.Name(), nil), name, "no-such-value"))
		}
		w.attempts = append(w.attempts, a)
	}
	_, isThere := w.example(of.Name(), nil)[name]
	_, isUnion := w.examples[of.Name()]["alone"]
	isUnion = isUnion && field.Type.Kind() == reflect.Pointer && holds.Kind() == reflect.Struct
	if !isThere {
		try(nil, "")
	}
	// Of a union exactly one member has to be there, be it empty. A number that the API can
	// tell from none is one, zero too.
	isOwnNumber := field.Type.Kind() == reflect.Pointer && (holds.Kind() == reflect.Int32 || holds.Kind() == reflect.Int64)
	if !isThere && !isUnion && !isOwnNumber {
		try(zeroOf(holds), "")
	}
	for _, value := range documented(taken, holds, name) {
		try(value, of.Name()+"."+name+" = *")
	}
}

func with(fields map[string]any, name string, value any) map[string]any {
	fields[name] = value
	return fields
}

func zeroOf(t reflect.Type) any {
	switch {
	case t == reflect.TypeFor[resource.Quantity](), t == reflect.TypeFor[intstr.IntOrString]():
		return "0"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return map[string]any{}
	case t.Kind() == reflect.Slice:
		return []any{}
	case t.Kind() == reflect.Bool:
		return false
	case t.Kind() == reflect.String:
		return ""
	}
	return 0
}

// documented are the values that the documentation of a field has in a sentence about
// what it means left out.
func documented(of, holds reflect.Type, name string) []any {
	documentation, ok := reflect.New(of).Interface().(interface{ SwaggerDoc() map[string]string })
	if !ok {
		return nil
	}
	about := regexp.MustCompile(`(?i)default|not specified|not set|unset|\bnil\b|omitted|left empty`)
	word := regexp.MustCompile(`[A-Za-z0-9/][A-Za-z0-9/._-]*`)
	immediate := regexp.MustCompile(`(?i)defaults?(?: value)? (?:to|is|will be) ["'\x60]?([A-Za-z0-9/._-]+)`)
	var values []any
	for _, sentence := range regexp.MustCompile(`\. |\n|;`).Split(documentation.SwaggerDoc()[name], -1) {
		if !about.MatchString(sentence) {
			continue
		}
		words := word.FindAllString(sentence, -1)
		if holds.Kind() == reflect.String && !isWord(holds) || holds == reflect.TypeFor[resource.Quantity]() {
			words = nil
			for _, match := range immediate.FindAllStringSubmatch(sentence, -1) {
				words = append(words, match[1])
			}
		}
		for _, text := range words {
			text = strings.Trim(text, "._-")
			if value, fits := asA(holds, text); fits && !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	return values
}

// isWord reports whether a type is one of words that the API knows, and not of any text.
func isWord(t reflect.Type) bool { return t.Kind() == reflect.String && t.Name() != "string" }

// asA is a word of a text as a value of a type.
func asA(t reflect.Type, text string) (any, bool) {
	switch {
	case t == reflect.TypeFor[resource.Quantity]():
		_, err := resource.ParseQuantity(text)
		return text, err == nil
	case t.Kind() == reflect.String:
		return text, true
	case t.Kind() == reflect.Bool:
		value, err := strconv.ParseBool(text)
		return value, err == nil && len(text) > 1
	case t.Kind() == reflect.Int32 || t.Kind() == reflect.Int64:
		value, err := strconv.ParseInt(text, 0, 32)
		return int(value), err == nil
	}
	return nil, false
}

// try holds that with and without mean the same, if the API server takes both.
func (w *fieldWalk) try(a attempt) {
	live := w.ask(a.without)
	if live == nil {
		w.t.Errorf("%s: the API server refuses the example %s", a.field, asJSON(a.without))
		return
	}
	changed := w.ask(a.with)
	if changed == nil || a.wrong != nil && w.ask(a.wrong) != nil {
		return // no kubectl could write it either, or it isn't looked at
	}
	problem := w.problem(a, *live, *changed)
	w.lock.Lock()
	defer w.lock.Unlock()
	w.taken++
	if problem == "" {
		return
	}
	name := a.field + " = " + a.value
	for _, known := range []string{name, a.all} {
		if _, excepted := notNothing()[known]; excepted {
			w.excepted++
			delete(w.unused, known)
			return
		}
	}
	w.t.Errorf("%s: %s", name, problem)
}

func (w *fieldWalk) problem(a attempt, live, changed corev1.PodSpec) string {
	base := flatly(w.t)
	without, faults := podspec.Decode(hcl(w.t, asJSON(overlaid(surroundings(), a.without))))
	written, more := podspec.Decode(hcl(w.t, asJSON(overlaid(surroundings(), a.with))))
	faults = append(faults, more...)
	faults = append(append(faults, podspec.Conflicts(base, written)...), podspec.Validate(base, true, written)...)
	switch {
	case len(faults) > 0:
		return "it is refused: " + words(faults)
	case !podspec.Equal(without, written, base), !podspec.Equal(written, without, base):
		return fmt.Sprintf("it is a change of %v", podspec.ChangedPaths(without, written, base))
	case len(podspec.ChangedPaths(without, written, base)) > 0:
		return fmt.Sprintf("it has paths that change: %v", podspec.ChangedPaths(without, written, base))
	case !podspec.Holds(without, live, podspec.Main):
		return "" // The API server drops what is around it, for that is switched off.
	case !podspec.Holds(written, live, podspec.Main):
		return "on a Pod without it, it is drift"
	case !podspec.Holds(without, changed, podspec.Main) || !podspec.Holds(written, changed, podspec.Main):
		return "on a Pod with it, it is drift"
	}
	return ""
}

// ask returns what the API server makes of a Pod, nil where it refuses it.
func (w *fieldWalk) ask(declared map[string]any) *corev1.PodSpec {
	tree := map[string]any{}
	data, err := json.Marshal(flatly(w.t))
	if err != nil {
		w.t.Error(err)
		return nil
	}
	fromYAML(string(data), &tree)
	body := asJSON(map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "web"}, "spec": overlaid(overlaid(tree, surroundings()), declared)})
	w.lock.Lock()
	spec, asked := w.specs[body]
	w.lock.Unlock()
	if asked {
		return spec
	}
	var made corev1.Pod
	err = w.client.CoreV1().RESTClient().Post().Namespace(w.namespace).Resource("pods").Param("dryRun", "All").
		SetHeader("Content-Type", "application/json").WarningHandler(rest.NoWarnings{}).Body([]byte(body)).Do(context.WithoutCancel(w.t.Context())).Into(&made)
	if err == nil {
		spec = ptr.To(made.Spec)
	} else if !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err) && !apierrors.IsBadRequest(err) && !apierrors.IsInternalError(err) {
		w.t.Error(err)
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.specs[body] = spec
	return spec
}

func surroundings() map[string]any {
	tree := map[string]any{}
	fromYAML(surroundingsYAML, &tree)
	return tree
}

// overlaid puts one tree over another, lists of named elements by their names.
func overlaid(tree, over map[string]any) map[string]any {
	for name, value := range over {
		named := name == "containers" || name == "volumes" || name == "resourceClaims"
		if items, _ := value.([]any); named && len(items) == 0 {
			continue
		}
		switch v := value.(type) {
		case map[string]any:
			if below, ok := tree[name].(map[string]any); ok {
				tree[name] = overlaid(below, v)
				continue
			}
		case []any:
			if below, ok := tree[name].([]any); ok && named {
				tree[name] = overlaidItems(below, v)
				continue
			}
		}
		tree[name] = value
	}
	return tree
}

func overlaidItems(items, over []any) []any {
	for _, item := range over {
		fields, _ := item.(map[string]any)
		at := slices.IndexFunc(items, func(other any) bool {
			below, _ := other.(map[string]any)
			return below["name"] == fields["name"]
		})
		if at < 0 {
			items = append(items, item)
			continue
		}
		if below, ok := items[at].(map[string]any); ok {
			items[at] = overlaid(below, fields)
		}
	}
	return items
}

func asJSON(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(data)
}
