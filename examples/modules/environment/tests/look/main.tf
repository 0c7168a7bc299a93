# What the API server has, whoever made it.

terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}

variable "name" {
  type = string
}

data "mar_cluster" "this" {
  name = var.name
}

data "mar_instances" "this" {
  cluster = var.name
}

output "cluster" {
  value = data.mar_cluster.this
}

output "instances" {
  value = { for instance in data.mar_instances.this.instances : instance.name => instance }
}

# The addresses at the first look, to compare with.
resource "terraform_data" "first" {
  input = { for instance in data.mar_instances.this.instances : instance.name => instance.ip }

  lifecycle {
    ignore_changes = [input]
  }
}

output "first" {
  value = terraform_data.first.output
}
