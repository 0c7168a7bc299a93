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

// CheckFence errs unless the code parses as what it says that it is. "text" is anything, and "console" what a person
// types after a "$" with what is answered.
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
	default:
		return fmt.Errorf("%q is no language that is checked: text, terraform, hcl, json, yaml, shell, console", fence.Language)
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
