package kube

import (
	"context"
	"slices"
	"sync"
)

type warningsKey struct{}

// Warnings collects the texts of the Warning headers (RFC 7234, code 299) of
// the responses to requests sent with its context.
type Warnings struct {
	mu    sync.Mutex
	texts []string
}

// WithWarnings returns a context whose requests report their warnings to the
// returned collector.
func WithWarnings(ctx context.Context) (context.Context, *Warnings) {
	w := &Warnings{}
	return context.WithValue(ctx, warningsKey{}, w), w
}

// Texts returns each warning once, in the order of arrival.
func (w *Warnings) Texts() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.texts)
}

func (w *Warnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.texts, text) {
		w.texts = append(w.texts, text)
	}
}

// WarningHandler hands each warning to the collector of its request's context;
// without one it is dropped, for a provider's stderr is nobody's terminal.
type WarningHandler struct{}

func (WarningHandler) HandleWarningHeaderWithContext(ctx context.Context, code int, _, text string) {
	if w, ok := ctx.Value(warningsKey{}).(*Warnings); ok && code == 299 && text != "" {
		w.add(conceal(ctx, text))
	}
}
