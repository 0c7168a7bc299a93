# Names can be looked up, and only at the DNS server of Kubernetes.
network = { egress = { default = "deny", dns = false, rules = [{ clusters = ["kube-system"], instance_labels = { k8s-app = "kube-dns" }, ports = ["53", "53/UDP"] }] } }
