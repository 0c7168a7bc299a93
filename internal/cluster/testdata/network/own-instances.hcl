# Instances of this very cluster with the label `role=web` reach its other instances, and no other cluster does.
network = { ingress = { default = "deny", rules = [{ instance_labels = { role = "web" } }] } }
