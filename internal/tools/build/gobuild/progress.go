package gobuild

import (
	"fmt"
	"strings"
)

// progress is what "go build -v" has printed so far, sorted.
type progress struct {
	modules  int
	packages int
	// output is everything that is neither a download nor a package's name: the compiler's own words.
	output []string
}

func (p *progress) add(line string) {
	switch {
	case strings.HasPrefix(line, "go: downloading "):
		p.modules++
	case isImportPath(line):
		p.packages++
	default:
		p.output = append(p.output, line)
	}
}

func (p progress) String() string {
	text := fmt.Sprintf("%d packages compiled", p.packages)
	if p.modules > 0 {
		text += fmt.Sprintf(", %d modules downloaded", p.modules)
	}
	return text
}

// isImportPath tells the names of packages, which stand alone on a line, from the compiler's messages,
// which have spaces and colons.
func isImportPath(line string) bool {
	return line != "" && !strings.ContainsAny(line, " \t:#")
}
