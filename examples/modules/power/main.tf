# An instance that people stop, start and restart by hand, under Terraform and under OpenTofu.

resource "mar_cluster" "this" {
  name = var.name
}

resource "mar_instance" "this" {
  cluster = mar_cluster.this.name
  name    = "app"
  image   = var.image
  args    = var.args

  # What actions.tf does by hand, in plain attributes: any version of Terraform and OpenTofu has these.
  desired_status   = var.status
  restart_triggers = { by_hand = var.restart }

  security = {
    run_as_user = 1000
  }
}
