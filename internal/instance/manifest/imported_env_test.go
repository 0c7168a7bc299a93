package manifest

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/instance/fixture"
)

// list is variables as NAME=value.
func envList(texts ...string) []corev1.EnvVar {
	var env []corev1.EnvVar
	for _, text := range texts {
		name, value, _ := strings.Cut(text, "=")
		env = append(env, corev1.EnvVar{Name: name, Value: value})
	}
	return env
}

func envTexts(env []corev1.EnvVar) string {
	var texts []string
	for _, v := range env {
		texts = append(texts, v.Name+"="+v.Value)
	}
	return strings.Join(texts, " ")
}

// TestUsedFirst holds that a variable comes after what it uses, whichever attribute says
// the one or the other, and that a list in pod keeps its order.
func TestUsedFirst(t *testing.T) {
	for _, c := range []struct {
		env    string
		listed int
		want   string
	}{
		{"URL=http://$(HOST)/ HOST=a", 1, "HOST=a URL=http://$(HOST)/"},
		{"URL=http://$(HOST)/ HOST=a PORT=1", 1, "HOST=a URL=http://$(HOST)/ PORT=1"},
		{"URL=$(PORT) HOST=$(A) PORT=1", 1, "PORT=1 URL=$(PORT) HOST=$(A)"},
		{"URL=$(HOST) LAST=$(URL) HOST=1", 1, "HOST=1 URL=$(HOST) LAST=$(URL)"},
		{"URL=$(B) A=$(B) B=1", 1, "A=$(B) B=1 URL=$(B)"},
		{"A=1 B=2 Z=$(B) Y=$(X) X=$(A)", 2, "A=1 B=2 Z=$(B) Y=$(X) X=$(A)"},
		{"B=$(Z) A=$(B) Z=1", 2, "Z=1 B=$(Z) A=$(B)"},
		{"A=$(A) B=$(C) C=$(B)", 3, "A=$(A) C=$(B) B=$(C)"},
		{"A=$$(B) B=1", 2, "A=$$(B) B=1"},
	} {
		if got := envTexts(usedFirst(envList(strings.Fields(c.env)...), c.listed)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.env, got, c.want)
		}
	}
}

// TestImportedEnv holds that what is read of a list means the same in a map.
func TestImportedEnv(t *testing.T) {
	for list, want := range map[string]string{
		"A=1 B=$(A)":                 "A=1 B=$(A)",
		"B=$(A) A=1":                 "B=$$(A) A=1",
		"A=1 B=$(A) A=2":             "B=1 A=2",
		"A=1 A=$(A)2 B=$(A)":         "A=12 B=$(A)",
		"A=$(A) B=$(NOT_HERE) C=$$A": "A=$(A) B=$(NOT_HERE) C=$$A",
		"A=$$x B=$(A) A=2":           "B=$$x A=2",
		"A=$(C) C=1 B=$(A) A=2":      "C=1 B=$$(C) A=2",
		"A=$(C) C=1 A=$(A)":          "C=1 A=$$(C)",
		"A=$(A)1 B=$(A) A=2":         "B=$$(A)1 A=2",
	} {
		if got := envTexts(importedEnv(envList(strings.Fields(list)...))); got != want {
			t.Errorf("%s: got %s, want %s", list, got, want)
		}
	}
}

// TestDeclaredEnv holds that an instance whose variables are in an order that doesn't
// work isn't drift: the state says what was declared.
func TestDeclaredEnv(t *testing.T) {
	live := envList("B=$(A)", "A=1")
	for declared, want := range map[string]string{"$(A)": "B=$(A) A=1", "$$(A)": "B=$$(A) A=1", "other": "B=$$(A) A=1"} {
		if got := envTexts(declaredEnv(live, fixture.Texted("B", declared))); got != want {
			t.Errorf("declared as %s: got %s, want %s", declared, got, want)
		}
	}
}
