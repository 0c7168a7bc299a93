import {
  to = mar_instance.web
  identity = {
    cluster = "dev"
    name    = "web"
  }
}
