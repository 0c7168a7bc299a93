import {
  to = mar_cluster.prod
  id = "prod-us-east"
}
