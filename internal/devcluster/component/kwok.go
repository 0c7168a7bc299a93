package component

import (
	"fmt"
	"os"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/kubelet"
)

func runKWOK() int {
	if err := kubelet.Main(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "kwok:", err)
		return 1
	}
	return 0
}
