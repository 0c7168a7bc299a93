# What the API server has after an apply. Each run goes on from the one before; all is destroyed at the end.

variables {
  region           = "us-east-1"
  readers          = { groups = ["shop"] }
  service_accounts = ["deployer"]
  allowed_clusters = ["ingress-nginx"]

  instances = {
    web = {
      image         = "registry.k8s.io/e2e-test-images/agnhost:2.53"
      args          = ["netexec", "--http-port=8080"]
      cpu           = "500m"
      memory        = "128Mi"
      replicas      = 2
      env           = { STAGE = "test" }
      ports         = { http = { port = 8080 } }
      health_checks = { readiness = { http_path = "/healthz", http_port = "http" } }
      volumes       = { tmp = { mount_path = "/tmp", empty_dir = "Disk", size = "64Mi" } }
      security      = { run_as_user = 1000 }
    }
    worker = {
      image    = "registry.k8s.io/e2e-test-images/agnhost:2.53"
      args     = ["pause"]
      security = { run_as_user = 1000 }
      pod      = "terminationGracePeriodSeconds: 5"
    }
  }
}

run "make" {
  assert {
    condition     = toset(keys(output.instances)) == toset(["web", "web-2", "worker"])
    error_message = "there are ${jsonencode(keys(output.instances))}"
  }
}

run "look" {
  module {
    source = "./tests/look"
  }
  variables {
    name = run.make.name
  }

  assert {
    condition     = output.cluster.region == "us-east-1" && output.cluster.pod_security.enforce == "restricted"
    error_message = "region or Pod Security aren't there"
  }
  assert {
    condition     = output.cluster.usage["cpu"].hard == "4" && output.cluster.usage["memory"].hard == "8Gi" && output.cluster.usage["instances"].hard == "10"
    error_message = "the quota isn't small's: ${jsonencode(output.cluster.usage)}"
  }
  assert {
    condition     = output.cluster.usage["cpu"].used == "1250m" && output.cluster.usage["instances"].used == "3"
    error_message = "the instances use something else: ${jsonencode(output.cluster.usage)}"
  }
  assert {
    condition     = output.cluster.limit_range.container.default.cpu == "250m"
    error_message = "there is no default: ${jsonencode(output.cluster.limit_range)}"
  }
  assert {
    condition     = output.cluster.network.ingress.default == "deny" && output.cluster.network.egress.default == "deny"
    error_message = "the network policies don't deny: ${jsonencode(output.cluster.network)}"
  }
  assert {
    condition     = one(output.cluster.network.ingress.rules).clusters == toset(["ingress-nginx"]) && output.cluster.network.egress.dns && output.cluster.network.instance_to_instance
    error_message = "the network policies let others through: ${jsonencode(output.cluster.network)}"
  }
  assert {
    condition     = toset(keys(output.cluster.access)) == toset(["readers"]) && output.cluster.access["readers"].role == "view" && output.cluster.service_accounts == toset(["deployer"])
    error_message = "others have access: ${jsonencode(output.cluster.access)}"
  }
  assert {
    condition     = output.cluster.status == "ready" && output.cluster.instance_counts["Running"] == 3
    error_message = "the cluster is ${output.cluster.status}: ${coalesce(output.cluster.status_reason, "no reason given")}"
  }
  assert {
    condition     = alltrue([for instance in output.instances : instance.status == "Running" && instance.ready])
    error_message = "not all instances run: ${jsonencode(output.instances)}"
  }
}

# More replicas and another amount leave the instances that are there alone.
run "grow" {
  variables {
    quota = { cpu = "5" }
    instances = {
      web = {
        image         = "registry.k8s.io/e2e-test-images/agnhost:2.53"
        args          = ["netexec", "--http-port=8080"]
        cpu           = "500m"
        memory        = "128Mi"
        replicas      = 3
        env           = { STAGE = "test" }
        ports         = { http = { port = 8080 } }
        health_checks = { readiness = { http_path = "/healthz", http_port = "http" } }
        volumes       = { tmp = { mount_path = "/tmp", empty_dir = "Disk", size = "64Mi" } }
        security      = { run_as_user = 1000 }
      }
    }
  }

  assert {
    condition     = output.quota.cpu == "5" && toset(keys(output.instances)) == toset(["web", "web-2", "web-3"])
    error_message = "there are ${jsonencode(keys(output.instances))}, under ${jsonencode(output.quota)}"
  }
}

run "look_again" {
  module {
    source = "./tests/look"
  }
  variables {
    name = run.grow.name
  }

  assert {
    condition     = alltrue([for name in ["web", "web-2"] : output.instances[name].ip == output.first[name]])
    error_message = "an instance was replaced"
  }
}
