resource "mar_cluster" "shared" {
  name = "shared"

  quota = {
    instances = 100
  }

  scoped_quotas = {
    # Jobs, which have a deadline, may take a part only.
    jobs = {
      scopes    = ["Terminating"]
      instances = 20
      cpu       = "8"
      memory    = "16Gi"
    }
    urgent = {
      scopes           = ["PriorityClass"]
      priority_classes = ["high"]
      instances        = 5
    }
  }

  limit_range = {
    container = {
      default = { cpu = "250m", memory = "256Mi" }
    }
  }
}
