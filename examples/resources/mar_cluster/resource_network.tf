resource "mar_cluster" "backend" {
  name = "backend"

  network = {
    ingress = {
      default = "deny"
      rules = [
        {
          clusters = ["frontend"]
          ports    = ["8080"]
        },
        {
          cidr   = "10.0.0.0/8"
          except = ["10.9.0.0/16"]
          ports  = ["8443"]
        },
      ]
    }
    egress = {
      default = "deny"
      rules   = [{ cidr = "203.0.113.0/24", ports = ["443"] }]
    }
    instance_to_instance = true
  }
}
