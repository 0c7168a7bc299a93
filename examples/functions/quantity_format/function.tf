# Half of what one instance has: "250m", and "2Gi".
output "half_the_cpu" {
  value = provider::mar::quantity_format(provider::mar::quantity_parse("500m") / 2)
}

output "half_the_memory" {
  value = provider::mar::quantity_format(provider::mar::quantity_parse("4Gi") / 2, "binary")
}
