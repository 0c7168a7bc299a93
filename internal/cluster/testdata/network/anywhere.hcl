# Everybody, on all ports: the same policy as `default = "allow"`, which says it more plainly.
network = { ingress = { default = "deny", rules = [{ anywhere = true }] } }
