# Every instance reaches everybody, even where a NetworkPolicy of somebody else would limit it.
network = { egress = { default = "allow" } }
