# Instances with the label `role=web` in clusters with the label `team=payments`: both have to hold.
network = { ingress = { default = "deny", rules = [{ cluster_labels = { team = "payments" }, instance_labels = { role = "web" } }] } }
