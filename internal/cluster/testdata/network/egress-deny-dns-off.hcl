# No instance opens a connection, and none can look up a name.
network = { egress = { default = "deny", dns = false } }
