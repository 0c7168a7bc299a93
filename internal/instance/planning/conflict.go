package planning

import (
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/headgym/terraform-provider-mar/internal/instance/manifest"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// pathOfConflict is the attribute that declares a field which another manager owns.
func pathOfConflict(conflict *kube.ConflictError, m model.Instance) path.Path {
	for _, c := range conflict.Conflicts {
		if at := pathOfManagedField(c.Field, m); len(at.Steps()) > 0 {
			return at
		}
	}
	return path.Empty()
}

// pathOfManagedField is the attribute that declares a field of the Pod. The field is named as in
// the API server's message.
func pathOfManagedField(field string, m model.Instance) path.Path {
	if key, ok := strings.CutPrefix(field, ".metadata.labels."); ok {
		if _, declared := m.Labels.Elements()[key]; declared {
			return path.Root("labels").AtMapKey(key)
		}
		return path.Root("labels_all")
	}
	if key, ok := strings.CutPrefix(field, ".metadata.annotations."); ok {
		if _, declared := m.Annotations.Elements()[key]; declared {
			return path.Root("annotations").AtMapKey(key)
		}
		return path.Root("annotations")
	}
	parts := regexp.MustCompile(`^\.spec\.containers\[name="` + manifest.ContainerName + `"\]\.(image|resources\.(limits|requests)\.(.+))$`).FindStringSubmatch(field)
	switch {
	case parts == nil:
		return path.Empty()
	case parts[1] == "image":
		return path.Root("image")
	case parts[2] == "limits" && (parts[3] == manifest.CPU || parts[3] == manifest.Memory):
		return path.Root(parts[3])
	}
	if _, declared := m.Requests.Elements()[parts[3]]; parts[2] == "requests" && !declared {
		// Left out, a request follows the limit.
		return path.Root(parts[3])
	}
	return path.Root(parts[2]).AtMapKey(parts[3])
}
