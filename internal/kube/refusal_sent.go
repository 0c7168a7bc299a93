package kube

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Status returns the API server's own words, empty where it didn't answer with a Status.
func (e *RefusedError) Status() metav1.Status {
	status := apierrors.APIStatus(nil)
	if !errors.As(e.Err, &status) {
		return metav1.Status{}
	}
	return status.Status()
}

// IsOfSent reports whether an object that is refused as invalid was invalid as it was sent.
// Admission changes objects before the API server validates them. So a field that wasn't
// sent, or that had another value, is admission's. One field of the sender's own is enough,
// for it would be refused in any case.
func (e *RefusedError) IsOfSent(sent any) bool {
	var causes []metav1.StatusCause
	if details := e.Status().Details; details != nil {
		causes = details.Causes
	}
	data, err := json.Marshal(sent)
	var object map[string]any
	if err != nil || json.Unmarshal(data, &object) != nil {
		return true
	}
	located := false
	for _, cause := range causes {
		if cause.Field == "" {
			continue
		}
		located = true
		if wasSent(object, cause) {
			return true
		}
	}
	return !located
}

// wasSent reports whether the object has the field with the value that the cause is about.
func wasSent(object map[string]any, cause metav1.StatusCause) bool {
	held := any(object)
	steps := stepsOf(cause.Field)
	for i, step := range steps {
		next, found := member(held, step)
		if !found {
			// A required field is missing in both, if what it belongs to was sent.
			return i == len(steps)-1 && strings.HasPrefix(cause.Message, "Required value")
		}
		held = next
	}
	said := regexp.MustCompile(`^(?:Invalid|Unsupported|Duplicate) value: ("(?:[^"\\]|\\.)*"|-?[\w.]+)(?::|$)`).FindStringSubmatch(cause.Message)
	if said == nil {
		return true
	}
	value, err := strconv.Unquote(said[1])
	if err != nil {
		value = said[1]
	}
	return contains(held, value)
}

// contains reports whether a value is the one that is said, or a map has it as a key or a
// value. It is true of what it can't tell.
func contains(held any, said string) bool {
	switch held := held.(type) {
	case map[string]any:
		for key, value := range held {
			if _, nested := value.(map[string]any); nested || key == said || fmt.Sprint(value) == said {
				return true
			}
		}
		return false
	case []any:
		return true
	case float64:
		return strconv.FormatFloat(held, 'f', -1, 64) == said
	}
	return fmt.Sprint(held) == said
}

// stepsOf takes the path of a field to pieces: `spec.hard[limits.cpu]` are spec, hard and
// limits.cpu.
func stepsOf(field string) []string {
	var steps []string
	for _, part := range regexp.MustCompile(`\[([^\]]*)\]|[^.\[\]]+`).FindAllStringSubmatch(field, -1) {
		if strings.HasPrefix(part[0], "[") {
			steps = append(steps, part[1])
			continue
		}
		steps = append(steps, part[0])
	}
	return steps
}

func member(of any, step string) (any, bool) {
	switch of := of.(type) {
	case map[string]any:
		value, found := of[step]
		return value, found
	case []any:
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(of) {
			return nil, false
		}
		return of[i], true
	}
	return nil, false
}
