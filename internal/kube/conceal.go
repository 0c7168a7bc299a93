package kube

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

type concealedKey struct{}

// WithConcealed returns a context for requests that carry these secret values: what the API
// server warns of doesn't quote them, and neither does an error that Conceal has seen.
func WithConcealed(ctx context.Context, values []string) context.Context {
	return context.WithValue(ctx, concealedKey{}, values)
}

// Conceal takes the context's values out of what the API server says in an error. An admission
// policy or webhook may quote the very value that it refuses.
func Conceal(ctx context.Context, err error) error {
	var refused *apierrors.StatusError
	var stranger *NotKubernetesError
	switch {
	case errors.As(err, &refused):
		concealed := refused.ErrStatus.DeepCopy()
		concealed.Message = conceal(ctx, concealed.Message)
		if concealed.Details != nil {
			for i := range concealed.Details.Causes {
				cause := &concealed.Details.Causes[i]
				cause.Message, cause.Field = conceal(ctx, cause.Message), conceal(ctx, cause.Field)
			}
		}
		return &apierrors.StatusError{ErrStatus: *concealed}
	case errors.As(err, &stranger):
		concealed := *stranger
		concealed.Says = conceal(ctx, stranger.Says)
		return &concealed
	}
	return err
}

// conceal replaces the context's values in a text: as they are, in base64, and quoted as Go and
// JSON do. One of less than four characters is replaced in quotation marks only, since it may
// be a part of any word.
func conceal(ctx context.Context, text string) string {
	const short, instead = 4, "(secret value)"
	values, _ := ctx.Value(concealedKey{}).([]string)
	longestFirst := slices.SortedFunc(slices.Values(values), func(a, b string) int { return len(b) - len(a) })
	for _, value := range longestFirst {
		if value == "" {
			continue
		}
		encoded, quoted := base64.StdEncoding.EncodeToString([]byte(value)), strconv.Quote(value)
		forms := []string{quoted, encoded}
		if len(value) >= short {
			forms = append(forms, quoted[1:len(quoted)-1], value)
		}
		for _, form := range forms {
			text = strings.ReplaceAll(text, form, instead)
		}
	}
	return text
}
