package examples_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// The examples say where the provider comes from, unlike the other tests'
// configurations.
func TestMain(m *testing.M) {
	if err := os.Setenv(resource.EnvTfAccProviderNamespace, "headgym"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(acctest.Main(m))
}
