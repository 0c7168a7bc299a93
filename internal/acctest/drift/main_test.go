package drift_test

import (
	"os"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }
