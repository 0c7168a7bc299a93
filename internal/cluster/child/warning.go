package child

import (
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Warning is what a plan says beside what it does.
type Warning struct {
	At              path.Path
	Summary, Detail string
}
