package drift_test

func ownership() table {
	return table{
		title: "Fields that another tool takes by force", of: cluster,
		intro: "What another manager *updated*, `kubectl edit` say, is drift, and is set right. What it *applies* it would set back again and again, so the plan warns, and the apply ends with an error that has the ways out: `force_conflicts` is one.",
		rows: []row{
			{
				happens: "another tool applies another limit to the quota by force", config: fewInstances,
				plan:   conflicts(".spec.hard.pods", "quota.instances"),
				change: takesOver("resourcequotas/mar-quota", `{apiVersion: v1, kind: ResourceQuota, metadata: {name: mar-quota}, spec: {hard: {pods: "7"}}}`),
				mended: takesOver("resourcequotas/mar-quota", `{apiVersion: v1, kind: ResourceQuota, metadata: {name: mar-quota}}`),
			},
			{
				happens: "another tool applies another label to the Namespace by force", config: `labels = { team = "payments" }`,
				plan:   conflicts(".metadata.labels.team", "labels.team", "labels_all.team"),
				change: takesOver("namespaces/{cluster}", `{apiVersion: v1, kind: Namespace, metadata: {name: "{cluster}", labels: {team: other}}}`),
				mended: takesOver("namespaces/{cluster}", `{apiVersion: v1, kind: Namespace, metadata: {name: "{cluster}"}}`),
			},
			{
				happens: "another tool applies another label to an instance by force", of: instance, config: `labels = { team = "shop" }`,
				plan:   conflicts(".metadata.labels.team", "labels.team", "labels_all.team"),
				change: takesOver("pods/{name}", `{apiVersion: v1, kind: Pod, metadata: {name: "{name}", labels: {team: other}}}`),
				mended: takesOver("pods/{name}", `{apiVersion: v1, kind: Pod, metadata: {name: "{name}"}}`),
			},
			{
				happens: "another tool applies the very limit that the quota has", config: fewInstances, plan: silent(),
				change: takesOver("resourcequotas/mar-quota", `{apiVersion: v1, kind: ResourceQuota, metadata: {name: mar-quota}, spec: {hard: {pods: "10"}}}`),
				sees:   "both want the same",
			},
			{
				happens: "another tool applies the very label that an instance has", of: instance, config: `labels = { team = "shop" }`, plan: silent(),
				change: takesOver("pods/{name}", `{apiVersion: v1, kind: Pod, metadata: {name: "{name}", labels: {team: shop}}}`),
				sees:   "both want the same, until one of them leaves it out",
			},
		},
	}
}
