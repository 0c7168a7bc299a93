# The same for IPv6. A rule has one range; addresses of both kinds are two rules.
network = { ingress = { default = "deny", rules = [{ cidr = "2001:db8::/32", except = ["2001:db8:9::/48"] }] } }
