# All instances of the clusters `frontend` and `ingress-nginx` reach every instance, on all ports. Nobody else does.
network = { ingress = { default = "deny", rules = [{ clusters = ["frontend", "ingress-nginx"] }] } }
