package scenario

import "fmt"

// cluster is a cluster of that body.
func cluster(body string) string {
	return fmt.Sprintf("resource \"mar_cluster\" \"dev\" {\n  name = %q\n%s\n}\n", Place, body)
}

const (
	quotaTwo    = `  quota = { cpu = "4", memory = "8Gi", instances = 20 }`
	quotaThree  = `  quota = { cpu = "6", memory = "8Gi", instances = 30 }`
	limitsSmall = `  limit_range = { container = { default = { cpu = "500m", memory = "512Mi" } } }`
	limitsLarge = `  limit_range = { container = { default = { cpu = "1", memory = "1Gi" } } }`
	denied      = `  network = { ingress = { default = "deny" }, egress = { default = "deny", dns = true }, instance_to_instance = true }`
	opened      = `  network = { ingress = { default = "deny", rules = [{ clusters = ["frontend"], ports = ["8080"] }] }, egress = { default = "allow" }, instance_to_instance = false }`
	readers     = `  access = { readers = { role = "view", users = ["joe"] }, ops = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get", "list"] }], groups = ["ops"] } }`
	writers     = `  access = { readers = { role = "edit", users = ["joe", "jane"] } }`
	accounts    = `  service_accounts = ["deployer"]`
	moreAcc     = `  service_accounts = ["deployer", "robot"]`
	baseline    = `  pod_security = { enforce = "baseline", warn = "restricted" }`
	restricted  = `  pod_security = { enforce = "restricted" }`
	scoped      = `  scoped_quotas = { batch = { scopes = ["Terminating"], instances = 5 } }`
	rescoped    = `  scoped_quotas = { batch = { scopes = ["Terminating"], instances = 6 }, best = { scopes = ["BestEffort"], instances = 3 } }`
	labelled    = "  labels = { team = \"shop\", tier = \"web\" }\n  annotations = { \"example.com/owner\" = \"shop\" }"
	unlabelled  = "  labels = { team = \"shop\" }\n  annotations = { \"example.com/owner\" = \"shop\" }"
	relabelled  = "  labels = { team = \"pay\" }\n  annotations = { \"example.com/owner\" = \"pay\" }"
)

// everyChild has a child of each kind.
func everyChild() string {
	return labelled + "\n" + quotaTwo + "\n" + scoped + "\n" + limitsSmall + "\n" + denied + "\n" + readers + "\n" + accounts + "\n" + baseline
}

func clusters() []Scenario {
	change := func(name, before, after string) Scenario {
		return Scenario{Name: "cluster-" + name, OwnCluster: true, Before: cluster(before), After: cluster(after)}
	}
	quota := change("quota", quotaTwo, quotaThree)
	quota.Part = true
	return []Scenario{
		{Name: "cluster-create", OwnCluster: true, After: cluster(everyChild())},
		{Name: "cluster-destroy", OwnCluster: true, Before: cluster(everyChild()), After: cluster(everyChild()), Command: Destroy()},
		quota,
		change("scoped-quotas", scoped, rescoped),
		change("limit-range", limitsSmall, limitsLarge),
		change("network", denied, opened),
		change("access", readers, writers),
		change("service-accounts", accounts, moreAcc),
		change("pod-security", baseline, restricted),
		change("labels", labelled, relabelled),
		change("label-removed", labelled, unlabelled),
		change("children-removed", everyChild(), ""),
	}
}
