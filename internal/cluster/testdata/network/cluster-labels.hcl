# All instances of clusters with the label `team=payments` reach every instance.
network = { ingress = { default = "deny", rules = [{ cluster_labels = { team = "payments" } }] } }
