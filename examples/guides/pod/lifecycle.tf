# What happens when app starts and before it ends, and variables from a ConfigMap and a Secret as a whole.
resource "mar_instance" "api" {
  cluster = mar_cluster.dev.name
  name    = "api"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["netexec", "--http-port=8080"]

  ports = {
    http = { port = 8080 }
  }

  pod = {
    # How long it has to end, all in all; the default is 30 seconds.
    terminationGracePeriodSeconds = 60

    containers = [{
      name = "app"

      envFrom = [
        { configMapRef = { name = "settings", optional = true } },
        { secretRef = { name = "database", optional = true }, prefix = "DB_" },
      ]

      lifecycle = {
        # Time for load balancers to notice that it is going.
        preStop = { sleep = { seconds = 10 } }
        # Any of exec, httpGet, tcpSocket and sleep.
        postStart = { httpGet = { path = "/healthz", port = "http" } }
      }

      # The end of its log is in errors where it writes no message.
      terminationMessagePolicy = "FallbackToLogsOnError"
    }]
  }

  security = {
    run_as_user = 1000
  }
}
