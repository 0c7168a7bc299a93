output "instance" {
  description = "The instance, with its status and its address."
  value       = { name = mar_instance.this.name, status = mar_instance.this.status, uid = mar_instance.this.uid }
}
