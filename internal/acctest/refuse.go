package acctest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Refused is the body of a resource block that a plan must refuse.
type Refused struct {
	Body string
	// At begins the line that Terraform must point at. Says is in the message.
	At, Says string
}

// Refuse plans all bodies in one configuration, as resources of that kind, and checks that each is
// refused on its line. Cases are distinguished by their title.
func Refuse(t *testing.T, kind string, cases map[string]Refused) {
	t.Helper()
	var config strings.Builder
	for title, c := range cases {
		fmt.Fprintf(&config, "resource %q %q {\n%s\n}\n\n", kind, label(title), c.Body)
	}
	terraform := NewCLI(t)
	terraform.Configure(config.String())
	output := terraform.Must(1, "plan")
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			place := regexp.MustCompile(fmt.Sprintf(`in resource %q %q:\s+\d+:\s+(.*)`, kind, label(title)))
			var found []string
			for _, message := range strings.Split(output, "Error: ") {
				at := place.FindStringSubmatch(message)
				if at == nil {
					continue
				}
				found = append(found, message)
				// Older versions of Terraform show the block's first line for a mistake in an
				// object.
				onLine := strings.HasPrefix(at[1], c.At) || strings.HasPrefix(at[1], "resource ")
				if onLine && strings.Contains(oneLine(message), c.Says) {
					return
				}
			}
			t.Errorf("nothing at %q says %q, but\n%s", c.At, c.Says, strings.Join(found, "\n"))
		})
	}
}

// oneLine undoes core's line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// label makes a resource's label from a title.
func label(title string) string {
	return "case_" + regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(title, "_")
}
