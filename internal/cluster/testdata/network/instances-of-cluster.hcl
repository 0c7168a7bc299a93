# Of the cluster `monitoring` only instances with the label `role=scraper` get through, to port 9090.
network = { ingress = { default = "deny", rules = [{ clusters = ["monitoring"], instance_labels = { role = "scraper" }, ports = ["9090"] }] } }
