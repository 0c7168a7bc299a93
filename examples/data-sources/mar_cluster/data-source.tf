# A cluster that is managed elsewhere, or by nobody's Terraform.
data "mar_cluster" "shared" {
  name = "shared"
}

output "shared_region" {
  value = data.mar_cluster.shared.region
}

output "shared_memory_quota" {
  value = try(data.mar_cluster.shared.quota.memory, "unlimited")
}
