package pages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
)

// CheckFence errs unless the code parses as the language that its fence names. "text" may be anything. "console" is
// what a person types after a "$", and the answers. Of "mermaid" only the outline is checked: see parseMermaid.
func CheckFence(ctx context.Context, fence Fence) error {
	switch fence.Language {
	case "text":
		return nil
	case "terraform", "hcl":
		return parseHCL(fence.Code)
	case "json":
		if !json.Valid([]byte(fence.Code)) {
			return errors.New("it is no JSON")
		}
		return nil
	case "yaml":
		return parseYAML(fence.Code)
	case "shell":
		return parseShell(ctx, fence.Code)
	case "console":
		return parseShell(ctx, typed(fence.Code))
	case "mermaid":
		return parseMermaid(fence.Code)
	default:
		return fmt.Errorf("%q isn't one of the languages that are checked: text, terraform, hcl, json, yaml, shell, console, mermaid", fence.Language)
	}
}

func parseHCL(code string) error {
	_, problems := hclsyntax.ParseConfig([]byte(code), "example.tf", hcl.InitialPos)
	if problems.HasErrors() {
		return problems
	}
	return nil
}

func parseYAML(code string) error {
	decoder := yaml.NewDecoder(strings.NewReader(code))
	for {
		var document any
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// parseShell has the shell read the code without running it.
func parseShell(ctx context.Context, code string) error {
	cmd := exec.CommandContext(ctx, "sh", "-n")
	cmd.Stdin = strings.NewReader(code)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	return nil
}

// typed are the lines after a prompt, with those that go on after a backslash.
func typed(session string) string {
	var commands strings.Builder
	continued := false
	for line := range strings.Lines(session) {
		command, prompted := strings.CutPrefix(line, "$ ")
		if prompted || continued {
			commands.WriteString(command)
			continued = strings.HasSuffix(strings.TrimSuffix(line, "\n"), `\`)
		}
	}
	return commands.String()
}

// parseMermaid errs unless the code is a flowchart whose quotes and brackets are closed on each line, and whose
// subgraphs all end. There is no Go parser of Mermaid, and these are the usual mistakes.
func parseMermaid(code string) error {
	first, rest, _ := strings.Cut(code, "\n")
	switch kind := strings.TrimSpace(first); kind {
	case "flowchart LR", "flowchart TB":
	default:
		return fmt.Errorf("it begins with %q, not with \"flowchart LR\" or \"flowchart TB\"", kind)
	}
	open := 0
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "subgraph "):
			open++
		case line == "end":
			open--
		}
		if open < 0 {
			return errors.New("an \"end\" has no subgraph")
		}
		unquoted, err := withoutQuoted(line)
		if err != nil {
			return err
		}
		for _, pair := range []string{"[]", "()", "{}"} {
			if strings.Count(unquoted, pair[:1]) != strings.Count(unquoted, pair[1:]) {
				return fmt.Errorf("the brackets %s aren't closed in %q", pair, line)
			}
		}
	}
	if open > 0 {
		return errors.New("a subgraph has no \"end\"")
	}
	return nil
}

// withoutQuoted returns the line without what is between double quotes.
func withoutQuoted(line string) (string, error) {
	parts := strings.Split(line, `"`)
	if len(parts)%2 == 0 {
		return "", fmt.Errorf("a quote isn't closed in %q", line)
	}
	var unquoted strings.Builder
	for i := 0; i < len(parts); i += 2 {
		unquoted.WriteString(parts[i])
	}
	return unquoted.String(), nil
}
