package provider_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccProvider_anEntryThatIsNullIsLeftOut makes what has such entries from the first apply on,
// beside others and alone, takes them away and brings them back.
func TestAccProvider_anEntryThatIsNullIsLeftOut(t *testing.T) {
	t.Parallel()
	acctest.Kubeconfig(t)
	none := map[string]any{"none": nil}
	nothing := map[string]map[string]any{
		"mar_cluster": {"access": none},
		"mar_instance": {
			"env_value_from": none,
			"health_checks":  map[string]any{"liveness": nil, "startup": map[string]any{}},
		},
	}
	for _, typeName := range []string{"mar_cluster", "mar_instance"} {
		t.Run(typeName, func(t *testing.T) {
			c := newCore(t)
			for title, with := range map[string]map[string]any{"alone": nothing[typeName], "beside others": {}} {
				plain := map[string]any{"name": acctest.ClusterName(t)}
				id := fmt.Sprint(plain["name"])
				if typeName == "mar_instance" {
					plain = map[string]any{"cluster": acctest.Namespace(t), "name": "web", "image": "registry.k8s.io/pause:3.10", "cpu": "1"}
					id = fmt.Sprintf("%s/web", plain["cluster"])
				}
				said := object(copied(plain))
				maps.Copy(said, with)
				if title == "beside others" {
					base := bases()[typeName]
					delete(base, "pod")
					maps.Copy(base, plain)
					plain, said = base, object(copied(base))
					for attribute, entries := range nothing[typeName] {
						both, _ := said[attribute].(map[string]any)
						for key, entry := range object(entries) {
							if attribute == "health_checks" {
								key = map[string]string{"liveness": "readiness", "startup": "startup"}[key]
								delete(object(plain["health_checks"]), key)
							}
							both[key] = entry
						}
					}
				}
				made := c.make(typeName, said)
				if _, problem := c.reword(made, said, true); problem != "" {
					t.Errorf("%s: %s", title, problem)
				}
				c.thereAndBack(title, made, said, plain)
				c.thereAndBack(title+", imported", c.imported(typeName, id), said, plain)
				if typeName == "mar_instance" {
					said["desired_status"], plain["desired_status"] = "Stopped", "Stopped"
					c.thereAndBack(title+", stopped", c.stop(made, said), said, plain)
				}
			}
		})
	}
}

// object returns nil for what is no object.
func object(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

// thereAndBack rewords a resource to one of two configurations that mean the same, to the
// other, and to the first again.
func (c *core) thereAndBack(title string, h held, one, other map[string]any) {
	c.t.Helper()
	for _, configuration := range []map[string]any{one, other, one} {
		var problem string
		if h, problem = c.reword(h, configuration, false); problem != "" {
			c.t.Errorf("%s: %s", title, problem)
		}
	}
}
