package drift_test

import (
	"strings"
	"time"
)

// everyQuotaKey has a limit for each key that has an attribute of its own, and one
// that hasn't.
const everyQuotaKey = `quota = {
    cpu = "4", memory = "8Gi", requests_cpu = "2", requests_memory = "4Gi", ephemeral_storage = "10Gi", storage = "1Ti"
    instances = 10, services = 5, load_balancers = 1, node_ports = 2, volumes = 3, config_maps = 20, secrets = 30
    extra = { "count/jobs.batch" = "10" }
  }
  limit_range = { container = { default = { cpu = "500m", memory = "256Mi" } } }`

var everyQuotaPath = []string{
	"quota.cpu", "quota.memory", "quota.requests_cpu", "quota.requests_memory", "quota.ephemeral_storage", "quota.storage",
	"quota.instances", "quota.services", "quota.load_balancers", "quota.node_ports", "quota.volumes", "quota.config_maps", "quota.secrets", "quota.extra",
}

const (
	fewInstances = `quota = { instances = 10 }`
	scoped       = `scoped_quotas = {
    batch = { scopes = ["Terminating"], instances = 5 }
    high  = { scopes = ["PriorityClass"], priority_classes = ["high"], cpu = "2000m" }
  }`
)

func quotas() table {
	return table{
		title: "Quotas", of: cluster,
		intro: "`quota` and each of `scoped_quotas` is a ResourceQuota of the provider's own, so every key in it counts, declared or not.",
		rows: []row{
			{
				happens: "every limit of the quota is raised", config: everyQuotaKey, plan: updates(everyQuotaPath...),
				change: patch("resourcequotas/mar-quota", `spec: {hard: {limits.cpu: "40", limits.memory: 80Gi, requests.cpu: "20", requests.memory: 40Gi, limits.ephemeral-storage: 100Gi, requests.storage: 10Ti,
  pods: "100", services: "50", services.loadbalancers: "10", services.nodeports: "20", persistentvolumeclaims: "30", configmaps: "200", secrets: "300", count/jobs.batch: "100"}}`),
			},
			{
				happens: "every limit of the quota is lowered", config: everyQuotaKey, plan: updates(everyQuotaPath...),
				change: patch("resourcequotas/mar-quota", `spec: {hard: {limits.cpu: "3", limits.memory: 7Gi, requests.cpu: "1", requests.memory: 3Gi, limits.ephemeral-storage: 9Gi, requests.storage: 1Gi,
  pods: "9", services: "4", services.loadbalancers: "0", services.nodeports: "1", persistentvolumeclaims: "2", configmaps: "19", secrets: "29", count/jobs.batch: "9"}}`),
			},
			{
				happens: "every limit of the quota but one is removed", config: everyQuotaKey, plan: updates(everyQuotaPath[1:]...),
				change: patch("resourcequotas/mar-quota", `spec: {hard: {limits.memory: null, requests.cpu: null, requests.memory: null, limits.ephemeral-storage: null, requests.storage: null,
  pods: null, services: null, services.loadbalancers: null, services.nodeports: null, persistentvolumeclaims: null, configmaps: null, secrets: null, count/jobs.batch: null}}`),
			},
			{
				happens: "limits are added to the quota that aren't declared", config: fewInstances, plan: updates("quota.services", "quota.secrets", "quota.extra"),
				change: patch("resourcequotas/mar-quota", `spec: {hard: {services: "1", secrets: "5", count/jobs.batch: "1"}}`),
			},
			{
				happens: "one limit of the quota is raised by one byte", config: everyQuotaKey, plan: updates("quota.memory"),
				change: patch("resourcequotas/mar-quota", `spec: {hard: {limits.memory: "8589934593"}}`),
			},
			{
				happens: "the quota is being deleted, and a finalizer holds it", config: fewInstances,
				plan:      updates("quota", "labels_all").warning("A part of the cluster is being deleted", "is held by its finalizer example.com/hold"),
				sees:      "the apply waits until it is gone, and makes it anew behind another one, so that the cluster is limited all the time",
				change:    endsHeld("resourcequotas/mar-quota"),
				meanwhile: then(pause(2*time.Second), patch("resourcequotas/mar-quota", `metadata: {finalizers: null}`)),
			},
			{
				happens: "one more scoped quota, with the provider's label, is being deleted, and a finalizer holds it", config: fewInstances,
				plan: updates("labels_all").warning("A part of the cluster is being deleted", "is held by its finalizer example.com/hold"),
				sees: "its labels are known after apply, which waits until it is gone",
				change: then(
					makes("resourcequotas", `{metadata: {name: mar-quota-extra, finalizers: [example.com/hold], `+ourLabel+`}, spec: {hard: {pods: "1"}}}`),
					endsHeld("resourcequotas/mar-quota-extra"),
				),
				meanwhile: then(pause(2*time.Second), patch("resourcequotas/mar-quota-extra", `metadata: {finalizers: null}`)),
			},
			{happens: "the quota is deleted", config: fewInstances, plan: updates("quota"), change: deletes("resourcequotas/mar-quota")},
			{
				happens: "the quota is replaced by one that counts a part only", config: fewInstances, plan: updates("quota"),
				change: then(deletes("resourcequotas/mar-quota"), makes("resourcequotas", `{metadata: {name: mar-quota, `+ourLabel+`}, spec: {hard: {pods: "10"}, scopes: [BestEffort]}}`)),
			},
			{happens: "the quota's label is removed", config: fewInstances, plan: updates("quota"), change: patch("resourcequotas/mar-quota", unlabelled)},
			{
				happens: "a scoped quota's limit is edited", config: scoped, plan: updates("scoped_quotas.batch.instances"),
				change: patch("resourcequotas/mar-quota-batch", `spec: {hard: {pods: "9"}}`),
			},
			{
				happens: "a limit is added to a scoped quota", config: scoped, plan: updates("scoped_quotas.batch.cpu"),
				change: patch("resourcequotas/mar-quota-batch", `spec: {hard: {limits.cpu: "9"}}`),
			},
			{
				happens: "a scoped quota's priority classes are edited", config: scoped, plan: updates("scoped_quotas.high"),
				change: patch("resourcequotas/mar-quota-high", `spec: {scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: NotIn, values: [high]}]}}`),
			},
			{happens: "a scoped quota is deleted", config: scoped, plan: updates("scoped_quotas.high"), change: deletes("resourcequotas/mar-quota-high")},
			{
				happens: "a scoped quota is replaced by one of other scopes", config: scoped, plan: updates("scoped_quotas.batch"),
				change: then(deletes("resourcequotas/mar-quota-batch"), makes("resourcequotas", `{metadata: {name: mar-quota-batch, `+ourLabel+`}, spec: {hard: {pods: "5"}, scopes: [BestEffort]}}`)),
			},
			{happens: "a scoped quota's label is removed", config: scoped, plan: updates("scoped_quotas.batch"), change: patch("resourcequotas/mar-quota-batch", unlabelled)},
			{
				happens: "one more scoped quota is made, with the provider's label", config: scoped, plan: updates("scoped_quotas.extra"),
				change: makes("resourcequotas", `{metadata: {name: mar-quota-extra, `+ourLabel+`}, spec: {hard: {pods: "7"}}}`),
			},
		},
	}
}

// unlabelled takes the provider's label away.
const unlabelled = `metadata: {labels: {app.kubernetes.io/managed-by: null}}`

const everyLimit = `limit_range = {
    container = {
      default = { cpu = "500m", memory = "256Mi" }, default_request = { cpu = "100m" }
      min = { cpu = "10m" }, max = { cpu = "2" }, max_limit_request_ratio = { cpu = "10" }
    }
    instance = { max = { memory = "4Gi" } }
    volume   = { min = "1Gi", max = "100Gi" }
  }`

func limitRanges() table {
	const (
		container = `{type: Container, default: {cpu: 500m, memory: 256Mi}, defaultRequest: {cpu: 100m, memory: 256Mi}, min: {cpu: 10m}, max: {cpu: "2"}, maxLimitRequestRatio: {cpu: "10"}}`
		pod       = `{type: Pod, max: {memory: 4Gi}}`
		volume    = `{type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 100Gi}}`
	)
	become := func(items ...string) change {
		return patch("limitranges/mar-limits", "spec: {limits: ["+strings.Join(items, ", ")+"]}")
	}
	return table{
		title: "Limits", of: cluster,
		intro: "`limit_range` is a LimitRange of the provider's own. What the API server derives from what is declared (a default request from a default limit) isn't compared.",
		rows: []row{
			{happens: "a default limit is edited", config: everyLimit, plan: updates("limit_range.container.default.cpu"), change: become(strings.Replace(container, "500m", "700m", 1), pod, volume)},
			{
				happens: "every limit for containers is edited", config: everyLimit,
				change: become(`{type: Container, default: {cpu: 600m, memory: 128Mi}, defaultRequest: {cpu: 200m, memory: 128Mi}, min: {cpu: 20m}, max: {cpu: "3"}, maxLimitRequestRatio: {cpu: "20"}}`, pod, volume),
				plan:   updates("limit_range.container.default", "limit_range.container.default_request.cpu", "limit_range.container.min.cpu", "limit_range.container.max.cpu", "limit_range.container.max_limit_request_ratio.cpu"),
			},
			{happens: "a limit for whole instances is edited", config: everyLimit, plan: updates("limit_range.instance.max.memory"), change: become(container, `{type: Pod, max: {memory: 8Gi}}`, volume)},
			{happens: "the limits for volumes are edited", config: everyLimit, plan: updates("limit_range.volume.min", "limit_range.volume.max"), change: become(container, pod, `{type: PersistentVolumeClaim, min: {storage: 2Gi}, max: {storage: 200Gi}}`)},
			{happens: "the limits for volumes are removed", config: everyLimit, plan: updates("limit_range.volume"), change: become(container, pod)},
			{
				happens: "a limit is added that isn't declared", config: `limit_range = { container = { default = { cpu = "500m" } } }`, plan: updates("limit_range.instance"),
				change: patch("limitranges/mar-limits", `spec: {limits: [{type: Container, default: {cpu: 500m}, defaultRequest: {cpu: 500m}}, {type: Pod, max: {cpu: "8"}}]}`),
			},
			{
				happens: "a ratio for whole instances is added", config: everyLimit, plan: updates("limit_range.instance.max_limit_request_ratio"),
				change: become(container, `{type: Pod, max: {memory: 4Gi}, maxLimitRequestRatio: {memory: "2"}}`, volume),
			},
			{
				happens: "limits are added that `limit_range` has no words for", config: everyLimit, plan: updates("limit_range"),
				change: become(container, pod, volume, `{type: example.com/Image, max: {storage: 1Gi}}`),
			},
			{happens: "the limit range is deleted", config: everyLimit, plan: updates("limit_range"), change: deletes("limitranges/mar-limits")},
			{happens: "the limit range's label is removed", config: everyLimit, plan: updates("limit_range"), change: patch("limitranges/mar-limits", unlabelled)},
		},
	}
}
