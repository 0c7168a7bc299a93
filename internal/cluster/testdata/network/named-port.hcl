# The port that an instance calls `http` in its `ports`, whatever its number.
network = { ingress = { default = "deny", rules = [{ clusters = ["frontend"], ports = ["http"] }] } }
