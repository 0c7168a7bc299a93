package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/mod/semver"
)

// versionOf asks a Terraform for its version, unswayed by the user's settings and without the internet.
func versionOf(ctx context.Context, path string) (string, error) {
	cmd := exec.CommandContext(ctx, path, "version", "-json")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull, "TF_CLI_ARGS=", "TF_CLI_ARGS_version=")
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s version: %w", path, err)
	}
	version, err := parseVersion(output)
	if err != nil {
		return "", fmt.Errorf("%s doesn't tell its version: %w", path, err)
	}
	return version, nil
}

func parseVersion(output []byte) (string, error) {
	var answer struct {
		TerraformVersion string `json:"terraform_version"`
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		return "", err
	}
	if !semver.IsValid("v" + answer.TerraformVersion) {
		return "", errors.New(`its "version -json" has no terraform_version`)
	}
	return answer.TerraformVersion, nil
}
