# Nothing in and nothing out, but for the connections between instances of this cluster and looking up names.
network = { ingress = { default = "deny" }, egress = { default = "deny" }, instance_to_instance = true }
