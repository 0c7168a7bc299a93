package fw_test

import (
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// A message becomes a sentence, with any first letter.
func TestSentence_beginsWithAnyLetter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"no answer":            "No answer.",
		"überlastet":           "Überlastet.",
		"éteint!":              "Éteint!",
		"ошибка":               "Ошибка.",
		"ſ":                    "S.",
		"ßtrange":              "ßtrange.",
		"拒绝":                   "拒绝.",
		"🔥 in here":            "🔥 in here.",
		"log_lines is too big": "log_lines is too big.",
		"  ":                   "The cause isn't known.",
	} {
		if got := fw.Sentence(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
