# A container that starts before app, runs beside it, and ends after it.
resource "mar_instance" "web" {
  cluster = mar_cluster.dev.name
  name    = "web"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]

  pod = {
    initContainers = [{
      name          = "logs"
      image         = "registry.k8s.io/e2e-test-images/agnhost:2.53"
      args          = ["pause"]
      restartPolicy = "Always"

      volumeMounts = [{ name = "logs", mountPath = "/logs", readOnly = true }]

      resources = {
        limits   = { memory = "64Mi" }
        requests = { cpu = "50m", memory = "64Mi" }
      }

      # The attribute security speaks of app; other containers say it for themselves.
      securityContext = {
        allowPrivilegeEscalation = false
        readOnlyRootFilesystem   = true
        capabilities             = { drop = ["ALL"] }
      }
    }]

    volumes = [{ name = "logs", emptyDir = { sizeLimit = "256Mi" } }]

    # app is the container that the other attributes describe. Here it only gets a volume.
    containers = [{
      name         = "app"
      volumeMounts = [{ name = "logs", mountPath = "/var/log/web" }]
    }]
  }

  security = {
    run_as_user = 1000
  }
}
