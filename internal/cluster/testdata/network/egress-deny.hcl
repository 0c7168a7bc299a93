# No instance opens a connection, but for looking up names. Who connects to the instances is not limited.
network = { egress = { default = "deny" } }
