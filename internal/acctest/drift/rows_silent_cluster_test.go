package drift_test

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// oddlySpelt has every field of a cluster that takes an amount, and every unit.
const oddlySpelt = `quota = {
    cpu = "2000m", memory = "4096Mi", requests_cpu = "1.5", requests_memory = "2e9", ephemeral_storage = "0.5Gi", storage = "1024Gi"
    instances = 10
    extra = {
      "count/a.example.com" = "0.5k", "count/b.example.com" = "1000m", "count/c.example.com" = "1e3", "count/d.example.com" = "2M"
      "requests.example.com/kibi" = "1024Ki", "requests.example.com/tera" = "1000G", "requests.example.com/peta" = "1000T", "requests.example.com/exa" = "0.001E"
      "requests.example.com/tebi" = "1024Gi", "requests.example.com/pebi" = "1024Ti", "requests.example.com/exbi" = "1Ei"
    }
  }
  scoped_quotas = { batch = { scopes = ["Terminating"], cpu = "0.25", memory = "1048576Ki", requests_cpu = "250m", requests_memory = "0.5G" } }
  limit_range = {
    container = {
      default = { cpu = "0.5", memory = "262144Ki" }, default_request = { cpu = "0.1", memory = "0.25Gi" }
      min = { cpu = "0.01" }, max = { cpu = "2000m", memory = "1024Mi" }, max_limit_request_ratio = { cpu = "5000m" }
    }
    instance = { min = { cpu = "0.01" }, max = { memory = "4096Mi" } }
    volume   = { min = "1024Mi", max = "0.1Ti" }
  }`

func silentClusters() table {
	return table{
		title: "No drift: clusters", of: cluster,
		rows: []row{
			{happens: "the API server writes amounts in another unit", config: oddlySpelt, plan: silent(), sees: "`2000m` is `2`, `4096Mi` is `4Gi`"},
			{
				happens: "somebody writes the same amounts in other units", config: oddlySpelt, plan: silent(),
				change: then(
					patch("resourcequotas/mar-quota", `spec: {hard: {limits.cpu: "2", limits.memory: 4194304Ki, requests.cpu: 1500m, requests.memory: 2G, limits.ephemeral-storage: 512Mi, requests.storage: 1Ti, count/a.example.com: "500"}}`),
					patch("limitranges/mar-limits", `spec: {limits: [
  {type: Pod, min: {cpu: 10m}, max: {memory: 4Gi}}, {type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: "109951162777.6"}},
  {type: Container, default: {cpu: 500m, memory: 256Mi}, defaultRequest: {cpu: 100m, memory: 256Mi}, min: {cpu: 10m}, max: {cpu: "2", memory: 1Gi}, maxLimitRequestRatio: {cpu: "5"}}]}`),
				),
				sees: "nor is the order of limits a difference",
			},
			{
				happens: "the API server derives limits from others", config: `limit_range = { container = { max = { cpu = "2" } } }`, plan: silent(),
				sees: "`max` fills `default`, and that `default_request`",
			},
			{
				happens: "other tools label and annotate the Namespace", config: `labels = { team = "payments" }`, plan: silent(),
				change: patchBy("argocd", "namespaces/{cluster}", `metadata:
  labels: {istio-injection: enabled, argocd.argoproj.io/instance: shop, linkerd.io/inject: enabled}
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", argocd.argoproj.io/tracking-id: x, cloud.google.com/neg: x, eks.amazonaws.com/x: z, scheduler.alpha.kubernetes.io/node-selector: a=b}`),
			},
			{
				happens: "somebody gives a region to a cluster that declares none", plan: silent(),
				change: patchBy("kubectl-label", "namespaces/{cluster}", `metadata: {labels: {topology.kubernetes.io/region: us}}`),
			},
			{
				happens: "other tools label and annotate the provider's own objects", config: fewInstances + "\n  " + everyLimit + "\n  " + isolated + "\n  " + manyMayEnter + "\n  " + `service_accounts = ["deployer"]`, plan: silent(),
				change: then(
					tracked("resourcequotas/mar-quota"), tracked("limitranges/mar-limits"), tracked("networkpolicies/mar-ingress"),
					tracked("rolebindings/mar-readers"), tracked("roles/mar-ops"), tracked("serviceaccounts/deployer"),
				),
			},
			{
				happens: "somebody else makes a quota, limits, rules and rights", config: fewInstances + "\n  " + `service_accounts = ["deployer"]`, plan: silent(),
				change: then(
					makes("resourcequotas", `{metadata: {name: theirs}, spec: {hard: {pods: "3"}}}`),
					makes("resourcequotas", `{metadata: {name: mar-quota-theirs}, spec: {hard: {pods: "3"}}}`),
					makes("limitranges", `{metadata: {name: theirs}, spec: {limits: [{type: Container, max: {cpu: "1"}}]}}`),
					makes("networkpolicies", `{metadata: {name: mar-ingress-theirs}, spec: {podSelector: {}}}`),
					makes("serviceaccounts", `{metadata: {name: theirs}}`),
					makes("roles", `{metadata: {name: mar-theirs}, rules: []}`),
					makes("rolebindings", `{metadata: {name: mar-theirs}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: mar-theirs}}`),
					makes("rolebindings", `{metadata: {name: ci, `+ourLabel+`}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}}`),
				),
				sees: "whatever their names",
			},
			{
				happens: "a quota's count lags behind", config: fewInstances, plan: silent(),
				change: patch("resourcequotas/mar-quota/status", `status: {hard: {pods: "3"}, used: {pods: "7"}}`),
			},
			{
				happens: "more of a quota is used", config: `quota = { instances = 10, services = 5 }`, plan: silent(),
				change: then(
					makes("services", `{metadata: {name: web}, spec: {ports: [{port: 80}]}}`),
					func(ctx context.Context, o outside) error {
						return o.until(ctx, "the quota's count", func(ctx context.Context) (bool, error) {
							quota, err := o.client.CoreV1().ResourceQuotas(o.cluster).Get(ctx, "mar-quota", metav1.GetOptions{})
							if err != nil {
								return false, err
							}
							used := quota.Status.Used[corev1.ResourceServices]
							return used.Value() == 1, nil
						})
					},
				),
			},
			{
				happens: "a controller writes the Namespace's status", config: fewInstances, plan: silent(),
				change: patch("namespaces/{cluster}/status", `status: {conditions: [{type: example.com/Audited, status: "True", reason: Done, message: fine}]}`),
			},
			{
				happens: "Kubernetes and others give a service account Secrets", config: `service_accounts = ["deployer"]`, plan: silent(),
				change: patch("serviceaccounts/deployer", `{secrets: [{name: token}], imagePullSecrets: [{name: registry}]}`),
			},
			{
				happens: "rules and subjects come in another order", plan: silent(),
				config: `access = { ops = {
      rules = [{ api_groups = [""], resources = ["pods", "services"], verbs = ["get", "list"] }, { api_groups = ["apps"], resources = ["deployments"], verbs = ["get"] }]
      users = ["jane", "joe"]
    } }`,
				change: then(
					patch("roles/mar-ops", `rules: [{apiGroups: [apps], resources: [deployments], verbs: [get]}, {apiGroups: [""], resources: [services, pods], verbs: [list, get]}]`),
					patch("rolebindings/mar-ops", `subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: joe}, {kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}]`),
				),
			},
		},
	}
}

// tracked is what tools put on objects to know them again.
func tracked(object string) change {
	return patchBy("argocd", object, `metadata: {labels: {argocd.argoproj.io/instance: shop}, annotations: {argocd.argoproj.io/tracking-id: x, kubectl.kubernetes.io/last-applied-configuration: "{}"}}`)
}
