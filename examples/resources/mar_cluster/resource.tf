resource "mar_cluster" "prod" {
  name   = "prod-us-east"
  region = "us-east-1"

  labels = {
    team = "payments"
  }

  quota = {
    cpu       = "16"
    memory    = "64Gi"
    instances = 50
    services  = 10
    storage   = "1Ti"

    extra = {
      "count/jobs.batch" = "20"
    }
  }

  limit_range = {
    container = {
      default = { cpu = "500m", memory = "512Mi" }
      min     = { cpu = "50m", memory = "32Mi" }
      max     = { cpu = "4", memory = "8Gi" }
    }
    volume = {
      max = "100Gi"
    }
  }
}
