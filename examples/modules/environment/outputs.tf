output "name" {
  description = "The environment's name: that of its cluster, and of the Namespace."
  value       = mar_cluster.this.name
}

output "quota" {
  description = "What its instances and objects may use together, as it came of size and quota."
  value       = mar_cluster.this.quota
}

output "instances" {
  description = "Each instance by its name, with its ID, address, node, CPU and memory."
  value = {
    for name, instance in mar_instance.this : name => {
      id     = instance.id
      ip     = instance.ip
      node   = instance.node
      cpu    = instance.cpu
      memory = instance.memory
    }
  }
}
