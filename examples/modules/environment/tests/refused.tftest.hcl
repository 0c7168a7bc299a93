# What is refused, and by what.

run "unknown_size" {
  command = plan

  variables {
    size = "huge"
  }
  expect_failures = [var.size]
}

run "quota_that_is_no_amount" {
  command = plan

  variables {
    quota = { memory = "8 GB" }
  }
  expect_failures = [var.quota]
}

run "limit_that_is_no_amount" {
  command = plan

  variables {
    limits = { max_cpu = "two" }
  }
  expect_failures = [var.limits]
}

run "name_of_an_instance" {
  command = plan

  variables {
    instances = { Web_1 = { image = "example.com/web" } }
  }
  expect_failures = [var.instances]
}

run "half_a_replica" {
  command = plan

  variables {
    instances = { web = { image = "example.com/web", replicas = 1.5 } }
  }
  expect_failures = [var.instances]
}

run "two_instances_of_one_name" {
  command = plan

  variables {
    instances = {
      web   = { image = "example.com/web", replicas = 2 }
      web-2 = { image = "example.com/web" }
    }
  }
  expect_failures = [var.instances]
}

run "amount_that_is_none" {
  command = plan

  variables {
    instances = { web = { image = "example.com/web", memory = "512 MiB" } }
  }
  expect_failures = [var.instances]
}

run "more_cpu_than_the_quota" {
  command = plan

  variables {
    instances = { web = { image = "example.com/web", cpu = "1500m", replicas = 3 } }
  }
  expect_failures = [mar_cluster.this]
}

run "more_memory_than_the_quota" {
  command = plan

  variables {
    quota     = { memory = "1Gi" }
    instances = { web = { image = "example.com/web", memory = "600Mi", replicas = 2 } }
  }
  expect_failures = [mar_cluster.this]
}

run "more_instances_than_the_quota" {
  command = plan

  variables {
    quota     = { instances = 2 }
    instances = { web = { image = "example.com/web", replicas = 3 } }
  }
  expect_failures = [mar_cluster.this]
}

run "larger_than_the_largest" {
  command = plan

  variables {
    instances = { web = { image = "example.com/web", cpu = "3" } }
  }
  expect_failures = [mar_instance.this]
}

run "smaller_than_the_smallest" {
  command = plan

  variables {
    instances = { web = { image = "example.com/web", memory = "8Mi" } }
  }
  expect_failures = [mar_instance.this]
}

run "access_for_a_service_account_that_is_not_there" {
  command = plan

  variables {
    service_accounts = ["deployer"]
    admins           = { service_accounts = ["deploier"] }
  }
  expect_failures = [mar_cluster.this]
}
