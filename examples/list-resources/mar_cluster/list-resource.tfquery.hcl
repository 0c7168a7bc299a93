# Every cluster of production in this region, whoever made it.
list "mar_cluster" "prod" {
  provider = mar

  config {
    label_selector = "stage=prod"
    region         = "us-east-1"
  }
}

# The first ten that this provider made, from whatever configuration.
list "mar_cluster" "ours" {
  provider = mar
  limit    = 10

  config {
    label_selector = "app.kubernetes.io/managed-by=terraform-provider-mar"
  }
}
