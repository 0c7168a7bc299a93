# Names: those that it looks up, those that it knows, and its own.
resource "mar_instance" "worker" {
  cluster = mar_cluster.dev.name
  name    = "worker"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]

  pod = {
    dnsPolicy = "None"
    dnsConfig = {
      nameservers = ["10.0.0.10"]
      searches    = ["example.com"]
      options     = [{ name = "ndots", value = "2" }]
    }

    hostAliases = [{ ip = "10.0.0.2", hostnames = ["db", "db.example.com"] }]

    hostname  = "worker-0"
    subdomain = "workers"

    # With what its images may be pulled: Secrets that the cluster has.
    imagePullSecrets = [{ name = "registry" }]
  }

  security = {
    run_as_user = 1000
  }
}
