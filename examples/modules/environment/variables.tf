variable "name" {
  description = "Name of the environment, and of its cluster: lower-case letters, digits and hyphens, such as shop-dev."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.name))
    error_message = "The name has to be of lower-case letters, digits and hyphens, at most 63, and begin and end with a letter or digit."
  }
}

variable "region" {
  description = "Where it is, such as us-east-1: a fact for people and filters, it schedules nothing."
  type        = string
  default     = null
}

variable "labels" {
  description = "Labels of the cluster, such as { team = \"shop\" }."
  type        = map(string)
  default     = {}
}

variable "annotations" {
  description = "Annotations of the cluster, such as { \"example.com/owner\" = \"shop@example.com\" }."
  type        = map(string)
  default     = {}
}

# Size

variable "size" {
  description = "How much it may use: small (4 cores, 8Gi), medium (16 cores, 64Gi) or large (64 cores, 256Gi)."
  type        = string
  default     = "small"
  nullable    = false

  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "The size has to be small, medium or large. Set quota and limits for anything in between."
  }
}

variable "quota" {
  description = "What differs from the size's quota, such as { cpu = \"6\" }. extra has any other key of a ResourceQuota."
  type = object({
    cpu       = optional(string)
    memory    = optional(string)
    instances = optional(number)
    services  = optional(number)
    volumes   = optional(number)
    storage   = optional(string)
    extra     = optional(map(string))
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for amount in [var.quota.cpu, var.quota.memory] : amount == null || can(regex("^[0-9]+([.][0-9]+)?(m|k|[KMGTP]i|[MGTP])?$", amount))
    ])
    error_message = "cpu and memory have to be amounts such as \"6\", \"500m\" or \"12Gi\"."
  }
}

variable "limits" {
  description = "What differs from the size's limits for one container: what it gets if it asks for nothing, and the most that it may ask for."
  type = object({
    default_cpu    = optional(string)
    default_memory = optional(string)
    max_cpu        = optional(string)
    max_memory     = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for amount in values(var.limits) : amount == null || can(regex("^[0-9]+([.][0-9]+)?(m|k|[KMGTP]i|[MGTP])?$", amount))])
    error_message = "Each limit has to be an amount such as \"2\", \"500m\" or \"4Gi\"."
  }
}

# Access

variable "readers" {
  description = "Who may look at everything but Secrets. A service account is namespace/name, or the name of one of service_accounts."
  type = object({
    users            = optional(set(string), [])
    groups           = optional(set(string), [])
    service_accounts = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "operators" {
  description = "Who may look at instances, their logs and events, and start, stop and restart them. As Kubernetes has it, they can make and delete them too."
  type = object({
    users            = optional(set(string), [])
    groups           = optional(set(string), [])
    service_accounts = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "admins" {
  description = "Who may do all that operators may, and whatever else Kubernetes' own role admin has, Secrets and access included; not its quota."
  type = object({
    users            = optional(set(string), [])
    groups           = optional(set(string), [])
    service_accounts = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "service_accounts" {
  description = "Service accounts for programs, such as [\"deployer\"]."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "pod_security" {
  description = "The Pod Security level that instances must satisfy (enforce), and those that are audited and warned of."
  type        = object({ enforce = optional(string, "restricted"), audit = optional(string), warn = optional(string, "restricted"), version = optional(string) })
  default     = {}
  nullable    = false
}

# Network. Whatever isn't allowed here is denied, but for looking up names and what instances of the environment say
# to one another.

variable "allowed_clusters" {
  description = "Clusters whose instances may connect to those of this environment, such as [\"ingress-nginx\"]."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "ingress" {
  description = "Who else may connect to the instances: rules as in the attribute network of mar_cluster, such as [{ cidr = \"10.0.0.0/8\", ports = [\"8443\"] }]."
  type = list(object({
    clusters        = optional(set(string))
    cluster_labels  = optional(map(string))
    instance_labels = optional(map(string))
    cidr            = optional(string)
    except          = optional(set(string))
    anywhere        = optional(bool)
    ports           = optional(set(string))
    applies_to      = optional(map(string))
  }))
  default  = []
  nullable = false
}

variable "egress" {
  description = "To whom the instances may connect, by rules of the same form, such as [{ clusters = [\"databases\"], ports = [\"5432\"] }]."
  type = list(object({
    clusters        = optional(set(string))
    cluster_labels  = optional(map(string))
    instance_labels = optional(map(string))
    cidr            = optional(string)
    except          = optional(set(string))
    anywhere        = optional(bool)
    ports           = optional(set(string))
    applies_to      = optional(map(string))
  }))
  default  = []
  nullable = false
}

# Instances

variable "instances" {
  description = "What runs in it, by name. The attributes are those of mar_instance. With replicas = 3, web is web, web-2 and web-3. pod is a text of YAML or JSON, so that each may have another shape."
  type = map(object({
    image    = string
    replicas = optional(number, 1)
    command  = optional(list(string))
    args     = optional(list(string))

    cpu      = optional(string)
    memory   = optional(string)
    requests = optional(map(string))

    env = optional(map(string))
    env_value_from = optional(map(object({
      config_map = optional(string)
      secret     = optional(string)
      key        = optional(string)
      optional   = optional(bool)
      field      = optional(string)
      resource   = optional(string)
      divisor    = optional(string)
    })))

    ports = optional(map(object({
      port     = number
      protocol = optional(string)
    })))

    volumes = optional(map(object({
      mount_path = string
      claim      = optional(string)
      config_map = optional(string)
      secret     = optional(string)
      empty_dir  = optional(string)
      size       = optional(string)
      read_only  = optional(bool)
      sub_path   = optional(string)
      items      = optional(map(string))
      mode       = optional(string)
      optional   = optional(bool)
    })))

    health_checks = optional(map(object({
      http_path         = optional(string)
      http_port         = optional(string)
      https             = optional(bool)
      tcp_port          = optional(string)
      grpc_port         = optional(number)
      grpc_service      = optional(string)
      command           = optional(list(string))
      initial_delay     = optional(number)
      period            = optional(number)
      timeout           = optional(number)
      success_threshold = optional(number)
      failure_threshold = optional(number)
    })))

    security = optional(object({
      run_as_non_root            = optional(bool)
      run_as_user                = optional(number)
      run_as_group               = optional(number)
      fs_group                   = optional(number)
      read_only_root_filesystem  = optional(bool)
      allow_privilege_escalation = optional(bool)
      capabilities_add           = optional(set(string))
      capabilities_drop          = optional(set(string))
      seccomp_profile            = optional(string)
    }))

    labels            = optional(map(string), {})
    annotations       = optional(map(string))
    service_account   = optional(string)
    restart_policy    = optional(string)
    restart_triggers  = optional(map(string))
    desired_status    = optional(string)
    wait_for          = optional(string)
    min_ready_seconds = optional(number)
    pod               = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.instances) : can(regex("^[a-z0-9]([-a-z0-9]{0,57}[a-z0-9])?$", name))])
    error_message = "An instance's name has to be of lower-case letters, digits and hyphens, at most 59 (replicas add a number), and begin and end with a letter or digit."
  }

  validation {
    condition     = alltrue([for instance in var.instances : instance.replicas >= 0 && floor(instance.replicas) == instance.replicas])
    error_message = "replicas has to be a whole number: 0, 1, 2 and so on."
  }

  validation {
    condition = alltrue(flatten([
      for name, instance in var.instances : [for number in range(2, instance.replicas + 1) : !contains(keys(var.instances), "${name}-${number}")]
    ]))
    error_message = "Two instances would have one name: with replicas = 2, web is web and web-2, so that no other may be called web-2."
  }

  validation {
    condition = alltrue(flatten([
      for instance in var.instances : [
        for amount in [instance.cpu, instance.memory] : amount == null || can(regex("^[0-9]+([.][0-9]+)?(m|k|[KMGTP]i|[MGTP])?$", amount))
      ]
    ]))
    error_message = "cpu and memory have to be amounts such as \"2\", \"500m\" or \"512Mi\"."
  }
}

# Destroying

variable "deletion_protection" {
  description = "Whether plans that destroy or replace the environment are refused."
  type        = bool
  default     = false
}

variable "force_destroy" {
  description = "Whether a destroy may take along what isn't managed here, such as volumes and Services made by others."
  type        = bool
  default     = false
}
