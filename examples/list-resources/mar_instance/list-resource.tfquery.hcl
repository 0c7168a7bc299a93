# What the shop team runs in a cluster, whoever made it.
list "mar_instance" "shop" {
  provider = mar

  config {
    cluster        = "shared"
    label_selector = "team=shop"
  }
}

# What has failed in all clusters, with all that is known of it.
list "mar_instance" "failed" {
  provider         = mar
  include_resource = true

  config {
    status = "Failed"
  }
}
