data "mar_instance" "web" {
  cluster = "shared"
  name    = "web"
}

# Looked at in every plan and apply, and by health assessments.
check "web_is_ready" {
  assert {
    condition     = data.mar_instance.web.ready
    error_message = "web is ${data.mar_instance.web.status}, not ready. ${coalesce(data.mar_instance.web.problem, "Nothing is known to be wrong.")} ${coalesce(data.mar_instance.web.advice, "It may need longer.")}"
  }
}

output "web_address" {
  value = data.mar_instance.web.ip
}
