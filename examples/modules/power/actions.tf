# Read by Terraform only: OpenTofu, which has no actions, reads actions.tofu in its place.
#
#   terraform apply -invoke=action.mar_instance_restart.this

terraform {
  required_version = ">= 1.14"
}

action "mar_instance_stop" "this" {
  config {
    cluster = mar_instance.this.cluster
    name    = mar_instance.this.name
  }
}

action "mar_instance_start" "this" {
  config {
    cluster = mar_instance.this.cluster
    name    = mar_instance.this.name
  }
}

action "mar_instance_restart" "this" {
  config {
    cluster = mar_instance.this.cluster
    name    = mar_instance.this.name
  }
}
