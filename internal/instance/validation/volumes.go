package validation

import (
	"fmt"
	"path"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func Volumes(declared types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	mountedAt := map[string]string{}
	for _, e := range entriesOf("volumes", declared) {
		diags.Append(e.exactlyOne("source", "claim", "config_map", "secret", "empty_dir", "host_path")...)
		diags.Append(e.onlyWith("size", "empty_dir")...)
		for _, name := range []string{"items", "mode", "optional"} {
			diags.Append(e.onlyWith(name, "config_map", "secret")...)
		}
		if !e.has("mount_path") {
			continue
		}
		at := path.Clean(e.text("mount_path"))
		if other, taken := mountedAt[at]; taken {
			diags.AddAttributeError(e.at.AtName("mount_path"), "Two volumes with one mount path",
				fmt.Sprintf("%q is also mounted at %s, and one would hide the other. Give one of the two another path.", other, at))
		}
		mountedAt[at] = e.name
	}
	return diags
}
