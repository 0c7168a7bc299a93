package drift_test

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func namespaces() table {
	const labelled = `region = "eu"
  labels = { team = "payments" }
  annotations = { owner = "jane" }
  pod_security = { enforce = "baseline", warn = "restricted", version = "v1.34" }`
	const everyKind = labelled + "\n  " + fewInstances + `
  limit_range = { container = { default = { cpu = "500m" } } }
  service_accounts = ["deployer"]`
	return table{
		title: "The Namespace", of: cluster,
		intro: "A cluster's own attributes are labels and annotations of its Namespace. Only declared keys count, and the label by which the provider knows it.",
		rows: []row{
			{happens: "a declared label is changed", config: labelled, plan: updates("labels.team", "labels_all.team"), change: patch("namespaces/{cluster}", `metadata: {labels: {team: other}}`)},
			{happens: "a declared label is removed", config: labelled, plan: updates("labels.team", "labels_all.team"), change: patch("namespaces/{cluster}", `metadata: {labels: {team: null}}`)},
			{happens: "a declared annotation is changed", config: labelled, plan: updates("annotations.owner", "annotations_all.owner"), change: patch("namespaces/{cluster}", `metadata: {annotations: {owner: mallory}}`)},
			{happens: "a declared annotation is removed", config: labelled, plan: updates("annotations.owner", "annotations_all.owner"), change: patch("namespaces/{cluster}", `metadata: {annotations: {owner: null}}`)},
			{happens: "the region is changed", config: labelled, plan: updates("region"), change: patch("namespaces/{cluster}", `metadata: {labels: {topology.kubernetes.io/region: us}}`)},
			{happens: "the region is removed", config: labelled, plan: updates("region"), change: patch("namespaces/{cluster}", `metadata: {labels: {topology.kubernetes.io/region: null}}`)},
			{
				happens: "a Pod Security level is lowered", config: labelled, plan: updates("pod_security.enforce"),
				change: patch("namespaces/{cluster}", `metadata: {labels: {pod-security.kubernetes.io/enforce: privileged}}`),
			},
			{
				happens: "a Pod Security level is removed", config: labelled, plan: updates("pod_security.warn"),
				change: patch("namespaces/{cluster}", `metadata: {labels: {pod-security.kubernetes.io/warn: null}}`),
			},
			{
				happens: "a Pod Security version is changed", config: labelled, plan: updates("pod_security.version"),
				change: patch("namespaces/{cluster}", `metadata: {labels: {pod-security.kubernetes.io/enforce-version: v1.20}}`),
			},
			{
				happens: "somebody takes the provider's label from the Namespace", config: fewInstances,
				plan:   updates("labels_all").warning("Cluster lacks a label that the provider needs", "the label app.kubernetes.io/managed-by"),
				change: patch("namespaces/{cluster}", unlabelled), sees: "its labels are known after apply, which puts it back",
			},
			{happens: "the Namespace is deleted", config: everyKind, plan: creates(), change: deletes("namespaces/{cluster}")},
			{
				happens: "the Namespace is being deleted", config: everyKind, plan: replaces("phase").warning("The cluster is being deleted", "can't be brought back"),
				sees: "the apply waits until it is gone",
				change: then(
					makes("configmaps", `{metadata: {name: held, finalizers: [example.com/hold]}}`),
					func(ctx context.Context, o outside) error {
						return o.client.CoreV1().Namespaces().Delete(ctx, o.cluster, metav1.DeleteOptions{})
					},
				),
				meanwhile: then(pause(2*time.Second), patch("configmaps/held", `metadata: {finalizers: null}`)),
			},
			{
				happens: "the Namespace is deleted and made again by hand", config: everyKind, anew: true,
				plan: updates("region", "labels", "labels_all", "annotations", "annotations_all", "pod_security", "quota", "limit_range", "service_accounts", "uid", "created_at").
					warning("Cluster's Namespace was recreated by something else", "Something else created another one with its name"),
				sees:   "it is furnished again, and goes on as the cluster; a destroy leaves it alone until then",
				change: then(deletes("namespaces/{cluster}"), makes("namespaces", `{metadata: {name: "{cluster}"}}`)),
			},
		},
	}
}
