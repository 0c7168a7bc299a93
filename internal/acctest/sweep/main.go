// Command sweep deletes the Namespaces that broken test runs have left on the
// cluster that MAR_TEST_KUBECONFIG names.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

func main() {
	if err := sweep(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "sweep:", err)
		os.Exit(1)
	}
}

func sweep(ctx context.Context) error {
	path := os.Getenv("MAR_TEST_KUBECONFIG")
	if path == "" {
		return fmt.Errorf("MAR_TEST_KUBECONFIG names no kubeconfig; embedded clusters leave nothing to sweep")
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	namespaces, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for i := range namespaces.Items {
		name := namespaces.Items[i].Name
		if !strings.HasPrefix(name, acctest.NamePrefix) {
			continue
		}
		if err := client.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return fmt.Errorf("delete namespace %s: %w", name, err)
		}
		fmt.Println("deleted namespace", name)
	}
	return nil
}
