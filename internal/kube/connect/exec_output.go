package connect

import (
	"slices"
	"strings"
	"unicode"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// tail is a writer that keeps the end of what is written to it.
type tail struct {
	most int
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-t.most):]
	return len(p), nil
}

func (t *tail) String() string { return string(t.kept) }

// lastWords is the end of what a program said, short enough for an error: up to three lines and
// 300 characters. The values of the variables that the program was given stand there by their
// names, for a program may print how it was called. Values of less than four characters stay.
func lastWords(said string, env []clientcmdapi.ExecEnvVar) string {
	const (
		lines, most = 3, 300
		short       = 4
	)
	longestFirst := slices.SortedFunc(slices.Values(env), func(a, b clientcmdapi.ExecEnvVar) int { return len(b.Value) - len(a.Value) })
	for _, variable := range longestFirst {
		if len(variable.Value) >= short {
			said = strings.ReplaceAll(said, variable.Value, "$"+variable.Name)
		}
	}
	var last []string
	for line := range strings.Lines(strings.ToValidUTF8(said, "")) {
		if line = strings.TrimSpace(strings.Map(printable, line)); line != "" {
			last = append(last, line)
		}
	}
	words := []rune(strings.Join(last[max(0, len(last)-lines):], "\n"))
	if len(words) > most {
		return "…" + string(words[len(words)-most:])
	}
	return string(words)
}

// printable leaves out what moves a terminal's cursor or changes its colours.
func printable(r rune) rune {
	if r == '\t' {
		return ' '
	}
	if !unicode.IsPrint(r) {
		return -1
	}
	return r
}
