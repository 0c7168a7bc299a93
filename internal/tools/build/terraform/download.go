package terraform

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
)

// download gets a version's source into the module cache, if it isn't there, and returns its folder.
func download(ctx context.Context, module, version string, log io.Writer) (string, error) {
	fmt.Fprintf(log, "%s %s: getting its source\n", path.Base(module), version)

	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module+"@v"+version)
	cmd.Dir = os.TempDir() // outside of any module, so that no go.mod has a say in it
	cmd.Env = append(os.Environ(), "GOWORK=off")
	output, err := cmd.Output() // the answer says more than the exit code

	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(output, &answer); jsonErr != nil {
		return "", fmt.Errorf("getting the source of %s %s: %w", module, version, err)
	}
	if answer.Error != "" {
		return "", fmt.Errorf("getting the source of %s %s: %s", module, version, answer.Error)
	}
	return answer.Dir, nil
}
