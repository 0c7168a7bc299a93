package fw

import (
	"fmt"
	"strings"
)

// UnknownKey is a key in a file of the configuration that the schema doesn't have.
type UnknownKey struct {
	Name string
	// In is the attribute with the key, Has are its possible keys, and Nearest is the one that was
	// probably meant, or empty.
	In      string
	Has     []string
	Nearest string
	File    string
	Line    int
	// Unsure is set if another block looks the same, so the address may belong to that one.
	Unsure bool
}

// Warning words it. The summary names the place, because core shows only the first of several
// warnings with the same summary.
func (k UnknownKey) Warning() (summary, detail string) {
	var meant, unsure string
	if k.Unsure {
		unsure = " The file and the line are certain. The address may be that of another block which looks the same."
	}
	switch {
	case k.Nearest != "":
		meant = fmt.Sprintf("Did you mean `%s`?", k.Nearest)
	default:
		meant = fmt.Sprintf("Its keys are `%s`.", strings.Join(k.Has, "`, `"))
	}
	return fmt.Sprintf("Key without effect: %s in %s, line %d", k.Name, k.File, k.Line),
		fmt.Sprintf("`%s` has no key `%s`. %s\n\nTerraform drops a key that the attribute doesn't have, and gives no error. What is set here has no effect. Rename the key, or remove it.%s", k.In, k.Name, meant, unsure)
}
