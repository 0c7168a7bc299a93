package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/go-version"
)

// Feature is a part of the language or command line that not every version of Terraform and
// OpenTofu has.
type Feature string

// Features that the provider uses.
const (
	ProviderFunctions  Feature = "provider functions"
	MoveAcrossTypes    Feature = "moved blocks across types"
	RemovedBlocks      Feature = "removed blocks with a lifecycle"
	EphemeralResources Feature = "ephemeral resources"
	WriteOnly          Feature = "write-only arguments"
	ImportByIdentity   Feature = "import by identity"
	Query              Feature = "list resources"
	Actions            Feature = "actions"
	LinesWithin        Feature = "errors at a line within an object or a block"
)

// Support says since when a feature exists, and what it is for.
type Support struct {
	Feature Feature
	// Terraform and OpenTofu are the first versions that have it, or empty if none has.
	Terraform, OpenTofu string
	// Use is what the provider offers with it, and Instead what to use without it, as Markdown.
	Use, Instead string
}

// Features is the one table of them. Tests are skipped by it, and the documentation's table is
// written from it.
func Features() []Support {
	return []Support{
		{ProviderFunctions, "1.8", "1.7", "`provider::mar::…`: sums and comparisons of quantities, and whether instances fit a quota", "numbers in one unit, worked out in the configuration"},
		{MoveAcrossTypes, "1.8", "1.10", "taking over what `hashicorp/kubernetes` manages, with `moved` blocks", "`terraform state rm` and an `import` block"},
		{RemovedBlocks, "1.7", "1.10", "letting go of a resource quota and a limit range that a cluster takes over, with `removed` blocks and `destroy = false`", "`terraform state rm`"},
		{EphemeralResources, "1.10", "1.11", "`mar_cluster_credentials`: a short-lived token that is kept nowhere", "a `token_file` that something else renews"},
		{WriteOnly, "1.11", "1.11", "`secret_env_wo` of `mar_instance`: secret variables that no state has", "a Secret that is made elsewhere, and `env_value_from`"},
		{ImportByIdentity, "1.12", "1.12", "`import` blocks with `identity`", "`import` blocks with `id`, such as `dev/web`"},
		{Query, "1.14", "", "`terraform query`: finding what is there, with the configuration to import it by", "the data sources `mar_clusters` and `mar_instances`, and `import` blocks with `for_each`"},
		{Actions, "1.14", "", "`mar_instance_start`, `mar_instance_stop`, `mar_instance_restart`", "`desired_status` and `restart_triggers` of `mar_instance`"},
		{LinesWithin, "1.15", "", "errors and warnings at the very line that they are about, within objects and blocks too", "they stand at the first line of the resource, or of the provider block, and say what they are about"},
	}
}

// Core is a Terraform or an OpenTofu.
type Core struct {
	OpenTofu bool
	Version  *version.Version
}

func (c Core) String() string {
	if c.OpenTofu {
		return "OpenTofu " + c.Version.String()
	}
	return "Terraform " + c.Version.String()
}

// Has reports whether it has the feature.
func (c Core) Has(s Support) bool {
	since := s.Terraform
	if c.OpenTofu {
		since = s.OpenTofu
	}
	return since != "" && c.Version.Core().GreaterThanOrEqual(version.Must(version.NewVersion(since)))
}

// ParseCore reads the command's answer about its version. OpenTofu reports some Terraform version
// to providers, so this is the only way to know.
func ParseCore(output string) (Core, error) {
	found := regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v(\S+)$`).FindStringSubmatch(output)
	if found == nil {
		return Core{}, fmt.Errorf("neither Terraform nor OpenTofu says of its version: %s", output)
	}
	is, err := version.NewVersion(found[2])
	return Core{OpenTofu: found[1] == "OpenTofu", Version: is}, err
}

// coreUnderTest asks the command that tests run with.
func coreUnderTest() (Core, error) { return coreOf(Present()) }

func coreOf(command string) (Core, error) {
	output, err := exec.Command(command, "version").CombinedOutput()
	if err != nil {
		return Core{}, fmt.Errorf("ask %s for its version: %w: %s", command, err, output)
	}
	return ParseCore(string(output))
}

// Present returns the path of the Terraform or OpenTofu under test.
func Present() string { return os.Getenv(envTerraform) }

// Older returns the paths of older versions of the Terraform or OpenTofu under test, for a test of
// states that they wrote. It skips the test if there are none.
func Older(tb testing.TB) []string {
	tb.Helper()
	Kubeconfig(tb)
	present, err := coreUnderTest()
	if err != nil {
		tb.Fatal(err)
	}
	var older []string
	for _, command := range filepath.SplitList(os.Getenv(envOlder)) {
		core, err := coreOf(command)
		if err != nil {
			tb.Fatal(err)
		}
		if core.OpenTofu == present.OpenTofu && core.Version.LessThan(present.Version) {
			older = append(older, command)
		}
	}
	if len(older) == 0 {
		tb.Skipf("needs an older version than %s in %s; make test-upgrade builds one", present, envOlder)
	}
	return older
}

// IsOpenTofu reports whether tests run with OpenTofu.
func IsOpenTofu(tb testing.TB) bool {
	tb.Helper()
	core, err := coreUnderTest()
	if err != nil {
		tb.Fatal(err)
	}
	return core.OpenTofu
}

// Has reports whether the Terraform or OpenTofu under test has the feature.
func Has(tb testing.TB, feature Feature) bool {
	tb.Helper()
	Kubeconfig(tb)
	core, err := coreUnderTest()
	if err != nil {
		tb.Fatal(err)
	}
	s, err := supportOf(feature)
	if err != nil {
		tb.Fatal(err)
	}
	return core.Has(s)
}

// Needs skips a test if the Terraform or OpenTofu under test lacks a feature.
func Needs(tb testing.TB, features ...Feature) {
	tb.Helper()
	Kubeconfig(tb)
	core, err := coreUnderTest()
	if err != nil {
		tb.Fatal(err)
	}
	for _, feature := range features {
		s, err := supportOf(feature)
		if err != nil {
			tb.Fatal(err)
		}
		if !core.Has(s) {
			tb.Skipf("needs %s, which %s doesn't have: %s", feature, core, s.since())
		}
	}
}

func supportOf(feature Feature) (Support, error) {
	for _, s := range Features() {
		if s.Feature == feature {
			return s, nil
		}
	}
	return Support{}, fmt.Errorf("%q isn't in the table of features", feature)
}

func (s Support) since() string {
	text := "Terraform has it since " + s.Terraform
	if s.OpenTofu == "" {
		return text + ", OpenTofu hasn't"
	}
	return text + ", OpenTofu since " + s.OpenTofu
}
