import {
  to = mar_cluster.prod
  identity = {
    name = "prod-us-east"
  }
}
