package podspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// attribute is the name of the attribute that this package is about.
const attribute = "pod"

// Main is the name of the main container in declarations. The flat attributes describe it. In an
// imported Pod it may have another name.
const Main = "app"

// Fault is a mistake in a declaration.
type Fault struct {
	// Path is as deep as Terraform can follow; the parts of a text have no path.
	Path path.Path
	// Where is the path in words, with the line in a text.
	Where   string
	Message string
}

// Diagnostic returns the fault as an error of Terraform's.
func (f Fault) Diagnostic() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(f.Path, "Invalid pod", f.Where+": "+f.Message+".")
}

// Diagnostics returns faults as errors of Terraform's.
func Diagnostics(faults []Fault) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, f := range faults {
		diags.Append(f.Diagnostic())
	}
	return diags
}

// place is where something was written. Only faults need it as a path.
type place struct {
	up   *place
	step path.PathStep
	// line is the line in a text, from 1, and 0 in an object.
	line int
}

func (p *place) in(step path.PathStep) *place         { return &place{up: p, step: step} }
func (p *place) onLine(s path.PathStep, l int) *place { return &place{up: p, step: s, line: l} }

func (p *place) steps() []path.PathStep {
	var steps []path.PathStep
	for ; p.up != nil; p = p.up {
		steps = append(steps, p.step)
	}
	slices.Reverse(steps)
	return steps
}

func (p *place) fault(format string, args ...any) Fault {
	f := Fault{Path: path.Root(attribute), Where: attribute, Message: fmt.Sprintf(format, args...)}
	for _, step := range p.steps() {
		f.Where += stepWords(step)
		if p.line == 0 {
			f.Path = along(f.Path, step)
		}
	}
	if p.line > 0 {
		f.Where += fmt.Sprintf(" (line %d)", p.line)
	}
	return f
}

func along(p path.Path, step path.PathStep) path.Path {
	switch step := step.(type) {
	case path.PathStepAttributeName:
		return p.AtName(string(step))
	case path.PathStepElementKeyInt:
		return p.AtListIndex(int(step))
	case path.PathStepElementKeyString:
		return p.AtMapKey(string(step))
	case path.PathStepElementKeyValue:
		return p.AtSetValue(step.Value)
	}
	return p
}

func stepWords(step path.PathStep) string {
	switch step := step.(type) {
	case path.PathStepAttributeName:
		return nameWords(string(step))
	case path.PathStepElementKeyString:
		return nameWords(string(step))
	case path.PathStepElementKeyInt:
		return fmt.Sprintf("[%d]", int(step))
	}
	return "[…]"
}

func nameWords(name string) string {
	if plainName(name) {
		return "." + name
	}
	return fmt.Sprintf("[%q]", name)
}

func plainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
