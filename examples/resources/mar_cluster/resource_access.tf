resource "mar_cluster" "team" {
  name = "team"

  service_accounts = ["deployer"]

  access = {
    readers = {
      role   = "view"
      users  = ["jane@example.com"]
      groups = ["developers"]
    }
    deployers = {
      role             = "edit"
      service_accounts = ["team/deployer"]
    }
    debuggers = {
      rules = [
        {
          api_groups = [""]
          resources  = ["pods", "pods/log"]
          verbs      = ["get", "list", "watch"]
        },
        {
          api_groups = [""]
          resources  = ["pods/exec"]
          verbs      = ["create"]
        },
      ]
      groups = ["on-call"]
    }
  }

  pod_security = {
    enforce = "baseline"
    warn    = "restricted"
  }
}
