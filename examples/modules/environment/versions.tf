terraform {
  required_version = ">= 1.8"

  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}
