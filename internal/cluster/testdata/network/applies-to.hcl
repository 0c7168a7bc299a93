# Instances with the label `role=web` are reached from anywhere on port 443, those with `role=db` by the first ones on 5432; no other instance is reached.
network = { ingress = { default = "deny", rules = [{ anywhere = true, ports = ["443"], applies_to = { role = "web" } }, { instance_labels = { role = "web" }, ports = ["5432"], applies_to = { role = "db" } }] } }
