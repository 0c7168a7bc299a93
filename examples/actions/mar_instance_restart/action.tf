variable "settings_revision" {
  description = "The revision of the ConfigMap `settings`, which another pipeline delivers to the cluster."
  type        = string
  default     = "1"
}

# terraform apply -invoke=action.mar_instance_restart.web restarts it by hand.
action "mar_instance_restart" "web" {
  config {
    cluster = mar_instance.web.cluster
    name    = mar_instance.web.name
  }
}

# An instance reads its settings when it starts, so it is restarted after they
# have changed.
resource "terraform_data" "settings" {
  input = var.settings_revision

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.mar_instance_restart.web]
    }
  }
}

resource "mar_instance" "web" {
  cluster = "shop"
  name    = "web"
  image   = "registry.k8s.io/pause:3.10"

  volumes = {
    settings = {
      mount_path = "/etc/web"
      config_map = "settings"
    }
  }
}
