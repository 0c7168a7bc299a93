# 0.5 cores, and 4294967296 bytes.
output "cores" {
  value = provider::mar::quantity_parse("500m")
}

output "bytes" {
  value = provider::mar::quantity_parse("4Gi")
}
