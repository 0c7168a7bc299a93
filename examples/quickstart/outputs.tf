output "cluster" {
  description = "The cluster's name, which is also its Namespace's."
  value       = mar_cluster.quickstart.name
}

output "instances" {
  description = "Each instance with its node, its address, and the CPU and memory that it may use."
  value = {
    for instance in [mar_instance.web, mar_instance.worker] : instance.id => {
      node   = instance.node
      ip     = instance.ip
      cpu    = instance.cpu
      memory = instance.memory
    }
  }
}
