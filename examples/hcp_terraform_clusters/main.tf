terraform {
  required_version = ">= 1.8"
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

# HCP Terraform sets this one, where the workspace has TFC_KUBERNETES_PROVIDER_AUTH_EAST
# and TFC_KUBERNETES_PROVIDER_AUTH_WEST.
variable "tfc_kubernetes_dynamic_credentials" {
  description = "Where each token of this run is."
  type = object({
    default = object({ token_path = string })
    aliases = map(object({ token_path = string }))
  })
}

variable "api_servers" {
  description = "Address and authority of the API servers, by region."
  type        = map(object({ host = string, certificate = string }))
}

provider "mar" {
  alias                  = "east"
  host                   = var.api_servers["east"].host
  cluster_ca_certificate = var.api_servers["east"].certificate
  token_file             = var.tfc_kubernetes_dynamic_credentials.aliases["EAST"].token_path
}

provider "mar" {
  alias                  = "west"
  host                   = var.api_servers["west"].host
  cluster_ca_certificate = var.api_servers["west"].certificate
  token_file             = var.tfc_kubernetes_dynamic_credentials.aliases["WEST"].token_path
}

resource "mar_cluster" "east" {
  provider = mar.east
  name     = "shop-east"
  region   = "east"
}

resource "mar_cluster" "west" {
  provider = mar.west
  name     = "shop-west"
  region   = "west"
}
