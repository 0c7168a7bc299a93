terraform {
  required_version = ">= 1.8"
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }

  # cloud {
  #   organization = "acme"
  #   workspaces { name = "shop-prod" }
  # }
}

# The workspace's environment says where the API server is: KUBE_HOST and
# KUBE_CLUSTER_CA_CERT_DATA. Each phase of a run gets a KUBE_TOKEN of its own.
provider "mar" {}

resource "mar_cluster" "shop" {
  name  = "shop-prod"
  quota = { cpu = "8", memory = "16Gi", instances = 20 }
  limit_range = {
    container = { default = { cpu = "250m", memory = "256Mi" } }
  }
}

resource "mar_instance" "web" {
  cluster = mar_cluster.shop.name
  name    = "web"
  image   = "registry.k8s.io/pause:3.10"
}

# Health assessments evaluate checks; warnings of a plan they don't show.
check "shop_is_healthy" {
  data "mar_cluster" "shop" {
    name       = mar_cluster.shop.name
    depends_on = [mar_instance.web]
  }

  assert {
    condition     = data.mar_cluster.shop.status == "ready"
    error_message = "${data.mar_cluster.shop.name} is ${coalesce(data.mar_cluster.shop.status, "unknown")}: ${coalesce(data.mar_cluster.shop.status_reason, "no reason given")}"
  }
}
