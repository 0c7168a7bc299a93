package cluster

import (
	"errors"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	corev1 "k8s.io/api/core/v1"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/podsecurity"
	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// placeOf is the attribute that an error is about.
func placeOf(err error, a child.Adopted) path.Path {
	var (
		refused  *kube.RefusedError
		conflict *kube.ConflictError
		foreign  *kube.ForeignError
		waited   *kube.WaitError
	)
	switch {
	case errors.As(err, &waited) && waited.Ref.Name == child.DefaultAccount:
		// Nobody declares it.
		return path.Empty()
	case errors.As(err, &waited):
		return objects.AttributeOf(waited.Ref, a)
	case errors.As(err, &refused):
		if at := placeOfMetadata(refused.Fields()); refused.Ref.Kind == "Namespace" && !at.Equal(path.Empty()) {
			return at
		}
		return objects.AttributeOf(refused.Ref, a)
	case errors.As(err, &conflict):
		return placeOfConflict(conflict, a)
	case errors.As(err, &foreign):
		return objects.AttributeOf(foreign.Ref, a)
	}
	return path.Empty()
}

// placeOfMetadata is the attribute that says what is in a field of the Namespace's metadata.
func placeOfMetadata(fields []string) path.Path {
	for _, field := range fields {
		of := regexp.MustCompile(`^metadata\.(labels|annotations|name)\b(?:\[([^\]]*)\])?`).FindStringSubmatch(field)
		switch {
		case of == nil:
			continue
		case of[1] == "labels":
			return placeOfLabel(of[2])
		}
		return path.Root(of[1])
	}
	return path.Empty()
}

// placeOfConflict is the attribute that says what is in a contested field.
func placeOfConflict(e *kube.ConflictError, a child.Adopted) path.Path {
	at := objects.AttributeOf(e.Ref, a)
	for _, c := range e.Conflicts {
		if key, ok := strings.CutPrefix(c.Field, ".spec.hard."); ok && e.Ref.Kind == child.KindQuota {
			return attributeAt(at, corev1.ResourceName(key))
		}
		if key, ok := strings.CutPrefix(c.Field, ".metadata.labels."); ok && e.Ref.Kind == "Namespace" {
			return placeOfLabel(key)
		}
		if strings.HasPrefix(c.Field, ".metadata.annotations.") && e.Ref.Kind == "Namespace" {
			return path.Root("annotations")
		}
	}
	return at
}

func placeOfLabel(key string) path.Path {
	switch {
	case key == mar.LabelRegion:
		return path.Root("region")
	case podsecurity.IsLabel(key):
		return path.Root("pod_security")
	}
	return path.Root("labels")
}
