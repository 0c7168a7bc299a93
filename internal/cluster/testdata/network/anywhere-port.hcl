# Everybody, inside and outside of Kubernetes, reaches TCP port 443 of every instance.
network = { ingress = { default = "deny", rules = [{ anywhere = true, ports = ["443"] }] } }
