# What the shop team runs in a cluster.
data "mar_instances" "shop" {
  cluster        = "shared"
  label_selector = "team=shop"
}

# What has failed there, whosever it is, also what Deployments and Jobs have made.
data "mar_instances" "failed" {
  cluster            = "shared"
  status             = "Failed"
  include_controlled = true
}

check "shop_is_ready" {
  assert {
    condition = alltrue(data.mar_instances.shop.instances[*].ready)
    error_message = format("Not ready: %s.", join(", ", [
      for i in data.mar_instances.shop.instances : "${i.name} (${coalesce(i.reason, i.status)})" if !i.ready
    ]))
  }
}

output "shop_addresses" {
  value = { for i in data.mar_instances.shop.instances : i.name => i.ip }
}

output "failed" {
  value = { for i in data.mar_instances.failed.instances : i.id => i.reason }
}
