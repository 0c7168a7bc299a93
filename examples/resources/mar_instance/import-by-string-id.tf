import {
  to = mar_instance.web
  id = "dev/web"
}
