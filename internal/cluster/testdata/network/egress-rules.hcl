# The instances reach the cluster `backend` on port 8080, a range of addresses on port 443, and can look up names.
network = { egress = { default = "deny", rules = [{ clusters = ["backend"], ports = ["8080"] }, { cidr = "203.0.113.0/24", ports = ["443"] }] } }
