# A GPU by a claim: the ResourceClaimTemplate says which, and the cluster has to have it.
resource "mar_instance" "training" {
  cluster = mar_cluster.dev.name
  name    = "training"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]

  # It may take hours until a GPU is free.
  wait_for = "None"

  pod = {
    resourceClaims = [{ name = "gpu", resourceClaimTemplateName = "one-gpu" }]

    containers = [{
      name      = "app"
      resources = { claims = [{ name = "gpu" }] }
    }]
  }

  security = {
    run_as_user = 1000
  }
}
