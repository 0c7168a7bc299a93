terraform {
  # Ephemeral variables need 1.10, write-only attributes 1.11.
  required_version = ">= 1.11"

  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# Configured by the environment: KUBE_CONFIG_PATH names a kubeconfig.
provider "mar" {}

# An ephemeral variable is in no state and in no plan. TF_VAR_database_password sets it, in the plan and in the apply.
variable "database_password" {
  description = "The password of the shop's user in the database."
  type        = string
  sensitive   = true
  ephemeral   = true
}

resource "mar_cluster" "shop" {
  name = "shop"
}

resource "mar_instance" "shop" {
  cluster = mar_cluster.shop.name
  name    = "shop"

  # agnhost runs as any user and writes to no file.
  image = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args  = ["netexec", "--http-port=8080"]

  cpu    = "250m"
  memory = "64Mi"

  env = {
    DATABASE_HOST = "db.example.com"
    # A variable may use another one, a secret one too. The state has these characters, not the password.
    DATABASE_URL = "postgres://shop:$(DATABASE_PASSWORD)@$(DATABASE_HOST)/shop"
  }

  # Write-only: Terraform hands it on and forgets it. In the cluster it is a Secret that belongs to this instance and goes with it.
  secret_env_wo = {
    DATABASE_PASSWORD = var.database_password
  }

  # Terraform can't see that a value it has forgotten is another now. Raise this along with a new password: the instance is
  # replaced, and starts with it.
  secret_env_wo_version = 1

  # agnhost's own user is root.
  security = {
    run_as_user = 1000
  }
}
