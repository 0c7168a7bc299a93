# Connects as whoever runs Terraform, and gets the credentials of a service
# account that is there already.
provider "mar" {}

ephemeral "mar_cluster_credentials" "deployer" {
  cluster         = "prod"
  service_account = "deployer"
  lifetime        = "30m"
}

# Connects as that service account, and may do what it may.
provider "mar" {
  alias                  = "deployer"
  host                   = ephemeral.mar_cluster_credentials.deployer.host
  cluster_ca_certificate = ephemeral.mar_cluster_credentials.deployer.cluster_ca_certificate
  token                  = ephemeral.mar_cluster_credentials.deployer.token
}

resource "mar_instance" "web" {
  provider = mar.deployer
  cluster  = "prod"
  name     = "web"
  image    = "registry.k8s.io/pause:3.10"
}
