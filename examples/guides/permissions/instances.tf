# What those need who manage the instances of a cluster, and nothing else.
locals {
  # For their plans.
  mar_instances_plan = [
    { api_groups = [""], resources = ["pods"], verbs = ["get"] },
    { api_groups = [""], resources = ["podtemplates"], verbs = ["get"] },
    { api_groups = [""], resources = ["events"], verbs = ["list"] },
    { api_groups = [""], resources = ["pods"], verbs = ["list"] },
    { api_groups = [""], resources = ["pods", "podtemplates"], verbs = ["list"] },
    { api_groups = [""], resources = ["podtemplates"], verbs = ["list"] },
    { api_groups = [""], resources = ["namespaces"], verbs = ["get"] },
    { api_groups = [""], resources = ["namespaces"], verbs = ["get"] },
  ]

  # For their applies.
  mar_instances_apply = [
    { api_groups = [""], resources = ["pods"], verbs = ["get", "watch", "create", "patch", "delete"] },
    { api_groups = [""], resources = ["pods/resize"], verbs = ["patch"] },
    { api_groups = [""], resources = ["podtemplates"], verbs = ["get", "create", "patch", "delete"] },
    { api_groups = [""], resources = ["secrets"], verbs = ["get", "create", "patch", "delete"] },
    { api_groups = [""], resources = ["events"], verbs = ["list"] },
    { api_groups = [""], resources = ["pods/log"], verbs = ["get"] },
    { api_groups = [""], resources = ["pods"], verbs = ["list"] },
    { api_groups = [""], resources = ["pods", "podtemplates"], verbs = ["list"] },
    { api_groups = [""], resources = ["podtemplates"], verbs = ["list"] },
    { api_groups = [""], resources = ["namespaces"], verbs = ["get"] },
    { api_groups = [""], resources = ["namespaces"], verbs = ["get"] },
  ]
}

resource "mar_cluster" "shop" {
  name = "shop"

  service_accounts = ["deployer"]

  access = {
    # A service account, for a pipeline in the cluster.
    pipeline = {
      rules            = local.mar_instances_apply
      service_accounts = ["shop/deployer"]
    }
    # Users: here the two phases of a run in HCP Terraform, by its dynamic credentials.
    run-plan = {
      rules = local.mar_instances_plan
      users = ["organization:acme:project:shop:workspace:prod:run_phase:plan"]
    }
    run-apply = {
      rules = local.mar_instances_apply
      users = ["organization:acme:project:shop:workspace:prod:run_phase:apply"]
    }
    # A group, of people who look at plans.
    developers = {
      rules  = local.mar_instances_plan
      groups = ["shop-developers"]
    }
  }
}
