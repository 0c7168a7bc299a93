# What the variables do, which is what the actions do. The name is given by the caller: terraform test -var name=some-test

run "make" {
  assert {
    condition     = mar_instance.this.status == "Running"
    error_message = "the instance is ${mar_instance.this.status}"
  }
}

run "stop" {
  variables {
    status = "Stopped"
  }
  assert {
    condition     = mar_instance.this.status == "Stopped"
    error_message = "the instance is ${mar_instance.this.status}"
  }
}

run "start" {
  variables {
    status = "Running"
  }
  assert {
    condition     = mar_instance.this.status == "Running"
    error_message = "the instance is ${mar_instance.this.status}"
  }
}

run "restart" {
  variables {
    restart = "1"
  }
  assert {
    condition     = mar_instance.this.status == "Running"
    error_message = "the instance is ${mar_instance.this.status}"
  }
}
