# Volumes that the attribute volumes hasn't: from a CSI driver, several sources in one folder, and one of its own.
resource "mar_instance" "vault" {
  cluster = mar_cluster.dev.name
  name    = "vault"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]

  # A node has to have the driver and the storage before it starts.
  wait_for = "None"

  pod = {
    volumes = [
      {
        name = "secrets"
        csi = {
          driver           = "secrets-store.csi.k8s.io"
          readOnly         = true
          volumeAttributes = { secretProviderClass = "vault" }
        }
      },
      {
        name = "identity"
        projected = {
          sources = [
            { serviceAccountToken = { path = "token", audience = "vault", expirationSeconds = 600 } },
            { configMap = { name = "kube-root-ca.crt" } },
            { downwardAPI = { items = [{ path = "labels", fieldRef = { fieldPath = "metadata.labels" } }] } },
          ]
        }
      },
      {
        # Made with the instance, and gone with it.
        name = "scratch"
        ephemeral = {
          volumeClaimTemplate = {
            spec = {
              accessModes = ["ReadWriteOnce"]
              resources   = { requests = { storage = "10Gi" } }
            }
          }
        }
      },
    ]

    containers = [{
      name = "app"
      volumeMounts = [
        { name = "secrets", mountPath = "/secrets", readOnly = true },
        { name = "identity", mountPath = "/identity", readOnly = true },
        { name = "scratch", mountPath = "/scratch" },
      ]
    }]
  }

  security = {
    run_as_user = 1000
  }
}
