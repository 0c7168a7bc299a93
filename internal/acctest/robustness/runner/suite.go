// Package runner brings a scenario about, puts faults on it, heals it, and writes down its
// history.
package runner

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
	"github.com/headgym/terraform-provider-mar/internal/acctest/robustness/witness"
)

// Suite is what all runs share.
type Suite struct {
	// Terraform and Provider are the programs' paths.
	Terraform, Provider string
	// Kubeconfig is the one that a run's proxy speaks to the API server by.
	Kubeconfig string
	Client     *kubernetes.Clientset
	Audit      *witness.AuditLog
}

// NewSuite is for the embedded control plane and the provider in that file.
func NewSuite(tb testing.TB, provider string) *Suite {
	tb.Helper()
	acctest.NeedsEmbedded(tb)
	return &Suite{
		Terraform: os.Getenv("TF_ACC_TERRAFORM_PATH"), Provider: provider, Kubeconfig: acctest.LimitedKubeconfig(tb), Client: acctest.Client(tb),
		Audit: witness.NewAuditLog(filepath.Join(filepath.Dir(acctest.Kubeconfig(tb)), "cluster", "logs", "audit.log")),
	}
}
