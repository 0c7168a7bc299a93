# Everybody reaches every instance, even where a NetworkPolicy of somebody else would limit it.
network = { ingress = { default = "allow" } }
