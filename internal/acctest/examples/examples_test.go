// Package examples_test applies every example in examples/ through the real
// Terraform.
package examples_test

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func TestAccExamples(t *testing.T) {
	for _, e := range find(t) {
		t.Run(e.path, func(t *testing.T) {
			switch e.kind {
			case whole, resourceBlock:
				applied(t, configurationOf(t, read(t, e)), nil)
			case functionCall:
				testFunction(t, e)
			case sized:
				testSized(t, e)
			case instance:
				testInstance(t, e)
			case dataSourceBlock:
				testDataSource(t, read(t, e))
			case providerBlock:
				testProvider(t, read(t, e))
			case importBlock:
				testImportBlock(t, e)
			case importCommand:
				testImportCommand(t, e)
			case listBlock:
				testQuery(t, read(t, e))
			case actionBlock:
				testAction(t, read(t, e))
			case ephemeralBlock:
				testCredentials(t, read(t, e))
			case module:
				testModule(t, e)
			case modular:
				testEnvironments(t, e)
			case manifest:
				testManifest(t, e)
			case unknown:
				t.Fatal("no test applies it")
			}
		})
	}
}

// applied applies the configuration, takes the further steps, and destroys all
// of it. A plan after each apply has to be empty.
func applied(t *testing.T, c configuration, variables config.Variables, further ...resource.TestStep) {
	t.Helper()
	resource.ParallelTest(t, testCase(t, c, variables, further...))
}

func testCase(t *testing.T, c configuration, variables config.Variables, further ...resource.TestStep) resource.TestCase {
	t.Helper()
	steps := append([]resource.TestStep{{
		ConfigDirectory: config.StaticDirectory(c.write(t)),
		ConfigVariables: variables,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PostApplyPreRefresh:  []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	}}, further...)
	for i := range steps {
		// A test case whose folders have provider blocks takes them by step only.
		steps[i].ProtoV6ProviderFactories = acctest.Providers()
	}
	return resource.TestCase{CheckDestroy: acctest.Server(t, gone(c.made)), Steps: steps}
}

func gone(clusters []string) func(context.Context, *kubernetes.Clientset) error {
	return func(ctx context.Context, client *kubernetes.Clientset) error {
		for _, name := range clusters {
			if _, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
				return fmt.Errorf("namespace %s is still there: %w", name, err)
			}
		}
		return nil
	}
}

// testImportBlock imports what resource.tf made into a state that lacks it: the
// plan must find nothing to do besides.
func testImportBlock(t *testing.T, e example) {
	t.Helper()
	block := readFile(t, e.path)
	if strings.Contains(block, "identity") {
		acctest.Needs(t, acctest.ImportByIdentity)
	}
	made := configurationOf(t, read(t, example{path: path.Join(path.Dir(e.path), "resource.tf"), kind: resourceBlock}))
	to := regexp.MustCompile(`(?m)^\s*to\s*=\s*(\S+)$`).FindStringSubmatch(block)
	if to == nil {
		t.Fatal("it doesn't say where to import to")
	}
	c := testCase(t, made, nil, resource.TestStep{
		ConfigDirectory:        config.StaticDirectory(made.with("import.tf", block).write(t)),
		ResourceName:           to[1],
		ImportState:            true,
		ImportStateKind:        resource.ImportBlockWithID,
		ImportStateConfigExact: true,
	})
	resource.ParallelTest(t, c)
}

// testImportCommand runs the command that an import.sh holds, and compares the
// state that it comes to with the creation's.
func testImportCommand(t *testing.T, e example) {
	t.Helper()
	command := regexp.MustCompile(`(?m)^terraform import (\S+) (\S+)$`).FindStringSubmatch(readFile(t, e.path))
	if command == nil {
		t.Fatal("there is no command of the form: terraform import ADDRESS ID")
	}
	made := configurationOf(t, read(t, example{path: path.Join(path.Dir(e.path), "resource.tf"), kind: resourceBlock}))
	cluster, rest, _ := strings.Cut(command[2], "/")
	if made.names[cluster] == "" {
		t.Fatalf("resource.tf makes no cluster %s", cluster)
	}
	applied(t, made, nil, resource.TestStep{
		ResourceName:      command[1],
		ImportState:       true,
		ImportStateId:     strings.TrimSuffix(made.names[cluster]+"/"+rest, "/"),
		ImportStateVerify: true,
	})
}
