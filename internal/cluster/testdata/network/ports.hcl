# TCP port 80, TCP ports 8000 to 8100 with both ends, and UDP port 53.
network = { ingress = { default = "deny", rules = [{ clusters = ["frontend"], ports = ["80", "8000-8100", "53/UDP"] }] } }
