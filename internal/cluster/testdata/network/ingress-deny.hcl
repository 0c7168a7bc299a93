# Nobody reaches any instance. Where the instances connect to is not limited.
network = { ingress = { default = "deny" } }
