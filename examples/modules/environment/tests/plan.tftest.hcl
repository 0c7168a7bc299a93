# What a plan comes to: nothing is made. The name is given by the caller: terraform test -var name=some-test

variables {
  instances = {
    web = { image = "registry.k8s.io/e2e-test-images/agnhost:2.53", cpu = "500m", memory = "128Mi", replicas = 3 }
    db  = { image = "registry.k8s.io/e2e-test-images/agnhost:2.53" }
  }
}

run "size_gives_quota_and_limits" {
  command = plan

  variables {
    size = "medium"
  }

  assert {
    condition     = mar_cluster.this.quota.cpu == "16" && mar_cluster.this.quota.memory == "64Gi" && mar_cluster.this.quota.instances == 50
    error_message = "medium has another quota: ${jsonencode(mar_cluster.this.quota)}"
  }
  assert {
    condition     = mar_cluster.this.limit_range.container.default.memory == "512Mi" && mar_cluster.this.limit_range.container.max.cpu == "4"
    error_message = "medium has other limits: ${jsonencode(mar_cluster.this.limit_range)}"
  }
}

run "explicit_goes_before_size" {
  command = plan

  variables {
    quota  = { cpu = "6", extra = { "count/jobs.batch" = "3" } }
    limits = { default_memory = "64Mi", max_cpu = "3" }
  }

  assert {
    condition     = mar_cluster.this.quota.cpu == "6" && mar_cluster.this.quota.memory == "8Gi" && mar_cluster.this.quota.extra["count/jobs.batch"] == "3"
    error_message = "the quota isn't small's with what was said explicitly: ${jsonencode(mar_cluster.this.quota)}"
  }
  assert {
    condition     = mar_cluster.this.limit_range.container.max == tomap({ cpu = "3", memory = "4Gi" }) && mar_instance.this["db"].memory == "64Mi"
    error_message = "the limits aren't small's with what was said explicitly: ${jsonencode(mar_cluster.this.limit_range)}"
  }
}

run "replicas_are_instances_of_their_own" {
  command = plan

  assert {
    condition     = toset(keys(mar_instance.this)) == toset(["db", "web", "web-2", "web-3"])
    error_message = "there are ${jsonencode(keys(mar_instance.this))}"
  }
  assert {
    condition     = alltrue([for name in ["web", "web-2", "web-3"] : mar_instance.this[name].labels["app.kubernetes.io/name"] == "web" && mar_instance.this[name].cpu == "500m"])
    error_message = "the replicas of web aren't alike"
  }
  assert {
    condition     = mar_instance.this["db"].cpu == "250m" && mar_instance.this["db"].memory == "256Mi"
    error_message = "an instance that asks for nothing doesn't get the default"
  }
}

run "network_is_closed" {
  command = plan

  assert {
    condition     = mar_cluster.this.network.ingress.default == "deny" && length(mar_cluster.this.network.ingress.rules) == 0
    error_message = "others reach the instances: ${jsonencode(mar_cluster.this.network.ingress)}"
  }
  assert {
    condition     = mar_cluster.this.network.egress.default == "deny" && length(mar_cluster.this.network.egress.rules) == 0 && mar_cluster.this.network.egress.dns
    error_message = "the instances reach others, or no DNS: ${jsonencode(mar_cluster.this.network.egress)}"
  }
  assert {
    condition     = mar_cluster.this.network.instance_to_instance
    error_message = "the instances don't reach each other"
  }
}

run "network_is_opened_for_those_named" {
  command = plan

  variables {
    allowed_clusters = ["ingress-nginx"]
    ingress          = [{ cidr = "10.0.0.0/8", ports = ["8443"] }]
  }

  assert {
    condition     = anytrue([for rule in mar_cluster.this.network.ingress.rules : rule.clusters == toset(["ingress-nginx"])])
    error_message = "the allowed cluster isn't: ${jsonencode(mar_cluster.this.network.ingress.rules)}"
  }
  assert {
    condition     = anytrue([for rule in mar_cluster.this.network.ingress.rules : rule.cidr == "10.0.0.0/8" && rule.ports == toset(["8443"])])
    error_message = "the allowed range isn't: ${jsonencode(mar_cluster.this.network.ingress.rules)}"
  }
}

run "access_is_given_to_those_named_only" {
  command = plan

  variables {
    readers          = { groups = ["shop"] }
    admins           = { service_accounts = ["deployer", "ci/runner"] }
    service_accounts = ["deployer"]
  }

  assert {
    condition     = toset(keys(mar_cluster.this.access)) == toset(["readers", "operators", "admins"])
    error_message = "access is given to ${jsonencode(keys(mar_cluster.this.access))}"
  }
  assert {
    condition     = mar_cluster.this.access["admins"].service_accounts == toset(["${var.name}/deployer", "ci/runner"])
    error_message = "a service account isn't that of this environment: ${jsonencode(mar_cluster.this.access["admins"])}"
  }
  assert {
    condition     = mar_cluster.this.access["operators"].service_accounts == mar_cluster.this.access["admins"].service_accounts && length(mar_cluster.this.access["operators"].groups) == 0
    error_message = "others than the admins may operate: ${jsonencode(mar_cluster.this.access["operators"])}"
  }
}

run "instances_are_locked_in" {
  command = plan

  assert {
    condition     = mar_cluster.this.pod_security.enforce == "restricted"
    error_message = "Pod Security isn't restricted"
  }
  assert {
    condition     = alltrue([for instance in mar_instance.this : instance.security.run_as_non_root && instance.security.read_only_root_filesystem])
    error_message = "an instance isn't locked in"
  }
}

run "amounts_of_any_unit_fit_exactly" {
  command = plan

  variables {
    quota = { cpu = "2", memory = "1Gi", instances = 4 }
    instances = {
      a = { image = "example.com/a", cpu = "0.5", memory = "256Mi" }
      b = { image = "example.com/b", cpu = "500m", memory = "262144Ki", replicas = 2 }
      c = { image = "example.com/c", cpu = "0.5", memory = "268435456" }
    }
  }

  assert {
    condition     = length(mar_instance.this) == 4
    error_message = "there are ${length(mar_instance.this)} instances"
  }
}
