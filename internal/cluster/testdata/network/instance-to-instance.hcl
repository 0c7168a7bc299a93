# Only instances of this cluster reach its instances.
network = { ingress = { default = "deny" }, instance_to_instance = true }
