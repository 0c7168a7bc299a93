# Two steps before app starts, one after the other.
resource "mar_instance" "shop" {
  cluster = mar_cluster.dev.name
  name    = "shop"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]

  pod = {
    initContainers = [
      {
        name    = "wait"
        image   = "docker.io/library/busybox:1.37"
        command = ["sh", "-c", "echo waiting for the database"]
      },
      {
        name    = "migrate"
        image   = "docker.io/library/busybox:1.37"
        command = ["sh", "-c", "echo migrating to $VERSION"]
        env     = [{ name = "VERSION", value = "42" }]
      },
    ]
  }

  security = {
    run_as_user = 1000
  }
}
