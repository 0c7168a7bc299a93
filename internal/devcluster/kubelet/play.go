package kubelet

import (
	"context"
	"fmt"

	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/stages"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/vocabulary"
)

const (
	// holder of the nodes' leases. It is the same in every run, so that a restarted KWOK needn't wait for the leases
	// of its predecessor to run out.
	holder = "mar-devcluster"

	// leaseSeconds is how long a lease is good for; it is renewed four times in that time. The controller manager's
	// --node-monitor-grace-period must be longer.
	leaseSeconds = 4

	workers = 8
)

// play runs KWOK's controllers until the context ends.
func play(ctx context.Context, c config, restConfig *rest.Config, client kubernetes.Interface) error {
	all, err := stages.Load()
	if err != nil {
		return err
	}
	byKind := map[internalversion.StageResourceRef][]*internalversion.Stage{}
	for _, stage := range all {
		byKind[stage.Spec.ResourceRef] = append(byKind[stage.Spec.ResourceRef], stage)
	}
	dynamicClient, err := dynamic.NewForConfig(restConfig)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}

	controller, err := controllers.NewController(controllers.Config{
		Clock:                        clock.RealClock{},
		ID:                           holder,
		TypedClient:                  client,
		DynamicClient:                dynamicClient,
		RESTClient:                   client.CoreV1().RESTClient(),
		RESTMapper:                   restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery())),
		ManageNodesWithLabelSelector: vocabulary.NodeLabel + "=" + vocabulary.NodeRunning,
		NodeIP:                       controlplane.Loopback,
		CIDR:                         c.podCIDR,
		LocalStages:                  byKind,
		FuncMap:                      stages.Functions(),
		PodPlayStageParallelism:      workers,
		NodePlayStageParallelism:     workers,
		NodeLeaseParallelism:         workers,
		NodeLeaseDurationSeconds:     leaseSeconds,
		PodsOnNodeSyncParallelism:    1,
	})
	if err != nil {
		return fmt.Errorf("making KWOK's controllers: %w", err)
	}
	if err := controller.Start(ctx); err != nil {
		return fmt.Errorf("starting KWOK's controllers: %w", err)
	}
	<-ctx.Done()
	return nil
}
