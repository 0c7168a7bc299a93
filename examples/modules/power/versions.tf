terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}
