locals {
  spot = true
}

# The two branches of the condition are objects of different attributes, so they are made texts.
resource "mar_instance" "batch" {
  cluster = mar_cluster.dev.name
  name    = "batch"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]

  pod = local.spot ? jsonencode({
    tolerations = [{ key = "spot", operator = "Exists" }]
    }) : jsonencode({
    priorityClassName = "system-cluster-critical"
  })

  security = {
    run_as_user = 1000
  }
}

# A text of YAML, as other tools have it.
resource "mar_instance" "report" {
  cluster = mar_cluster.dev.name
  name    = "report"
  image   = "registry.k8s.io/e2e-test-images/agnhost:2.53"
  args    = ["pause"]

  pod = <<-YAML
    terminationGracePeriodSeconds: 120
    hostAliases:
    - ip: 10.0.0.2
      hostnames: [db]
    volumes:
    - name: settings
      configMap: {name: settings, optional: true, defaultMode: 0400}
    containers:
    - name: app
      volumeMounts:
      - {name: settings, mountPath: /etc/report, readOnly: true}
  YAML

  security = {
    run_as_user = 1000
  }
}
