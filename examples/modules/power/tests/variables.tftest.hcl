# What the variables do, which is what the actions do. The name is given by the caller: terraform test -var name=some-test

run "make" {
  assert {
    condition     = output.instance.status == "Running"
    error_message = "the instance is ${output.instance.status}"
  }
}

run "stop" {
  variables {
    status = "Stopped"
  }
  assert {
    condition     = output.instance.status == "Stopped"
    error_message = "the instance is ${output.instance.status}"
  }
}

run "start" {
  variables {
    status = "Running"
  }
  assert {
    condition     = output.instance.status == "Running"
    error_message = "the instance is ${output.instance.status}"
  }
}

run "restart" {
  variables {
    restart = "1"
  }
  assert {
    condition     = output.instance.status == "Running"
    error_message = "the instance is ${output.instance.status}"
  }
}
