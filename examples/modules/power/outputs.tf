output "id" {
  description = "The instance's ID: <cluster>/<name>."
  value       = mar_instance.this.id
}
