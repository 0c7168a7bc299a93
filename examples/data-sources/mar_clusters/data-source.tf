# The production clusters of one region.
data "mar_clusters" "prod" {
  label_selector = "stage=prod"
  region         = "us-east-1"
}

# How each of them fares.
data "mar_cluster" "prod" {
  for_each = toset(data.mar_clusters.prod.clusters[*].name)

  name = each.key
}

check "prod_is_healthy" {
  assert {
    condition = alltrue([for cluster in data.mar_cluster.prod : cluster.status == "ready"])
    error_message = join(" ", [
      for name, cluster in data.mar_cluster.prod : "${name}: ${cluster.status_reason}" if cluster.status != "ready"
    ])
  }
}

output "prod_owners" {
  value = { for cluster in data.mar_clusters.prod.clusters : cluster.name => lookup(coalesce(cluster.annotations, {}), "example.com/owner", "nobody") }
}
