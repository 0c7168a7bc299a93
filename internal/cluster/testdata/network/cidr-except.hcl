# Every address in `10.0.0.0/8` that is not in `10.9.0.0/16`.
network = { ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/8", except = ["10.9.0.0/16"] }] } }
