locals {
  instances = {
    web    = { cpu = "500m", memory = "1Gi" }
    worker = { cpu = "2", memory = "4Gi", requests = { cpu = "1" } }
  }
  room = provider::mar::quota_fits({ cpu = "2", memory = "8Gi", instances = 10 }, local.instances)
}

# false: 2500m of CPU are needed.
output "fits" {
  value = local.room.fits
}

# { cpu = "500m" }
output "over" {
  value = local.room.over
}
