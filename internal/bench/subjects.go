package main

import "path/filepath"

// subject is what is measured, or what it is measured against.
type subject struct {
	Name string
	// Config is its Terraform configuration, with the variables instances, clusters
	// and round, whose change is a change of one attribute of each instance.
	Config string
	// Address and Program are the provider's, both empty for Terraform's own resources.
	Address, Program string
	// Agent begins the user agent of its requests.
	Agent string
	// Sized is set where each instance's state is padded to the size of this provider's.
	Sized bool
	// SeesChanges is set where a refresh finds differences that nobody has made.
	SeesChanges bool
}

const (
	nameOurs    = "mar"
	nameFloor   = "terraform_data"
	nameSized   = "terraform_data, sized"
	namePeer    = "hashicorp/kubernetes"
	nameKubectl = "kubectl"
)

const variables = `
variable "instances" { type = number }
variable "clusters" { type = number }
variable "round" { type = string }
variable "entries" { type = number }
`

// subjects are those that Terraform drives, in the order in which they are measured: the sized floor
// needs the size of this provider's state.
func subjects(s settings) []subject {
	all := []subject{
		{Name: nameFloor, Config: variables + floorConfig},
		{Name: nameOurs, Config: variables + oursConfig, Address: "headgym/mar", Program: s.Provider, Agent: "terraform-provider-mar/"},
		{Name: nameSized, Config: variables + floorConfig, Sized: true},
	}
	if s.Peer != "" {
		peer, err := filepath.Abs(s.Peer)
		if err != nil {
			peer = s.Peer
		}
		all = append(all, subject{Name: namePeer, Config: variables + peerConfig, Address: "hashicorp/kubernetes", Program: peer, Agent: "HashiCorp/", SeesChanges: true})
	}
	return all
}

const floorConfig = `
resource "terraform_data" "cluster" {
  count = var.clusters
  input = "bench-${count.index}"
}

resource "terraform_data" "instance" {
  count = var.instances
  input = {
    cluster = terraform_data.cluster[count.index % var.clusters].output
    name    = "i-${count.index}"
    image   = "registry.k8s.io/pause:3.10"
    cpu     = "10m"
    memory  = "16Mi"
    labels  = { round = var.round }
    padding = tomap({ for i in range(var.entries) : format("attribute_%04d", i) => "the value of attribute" })
  }
}
`

// entryBytes is what an entry of floorConfig's padding takes in a state: two lines of indented JSON.
const entryBytes = 2 * len(`              "attribute_0000": "the value of attribute",`+"\n")

// entriesFor returns how many entries an instance need to fill as many bytes.
func entriesFor(bytes int64, instances int) int {
	return max(0, int(bytes)/instances/entryBytes)
}

const oursConfig = `
terraform {
  required_providers {
    mar = { source = "headgym/mar" }
  }
}

resource "mar_cluster" "bench" {
  count         = var.clusters
  name          = "bench-${count.index}"
  force_destroy = true
}

resource "mar_instance" "bench" {
  count   = var.instances
  cluster = mar_cluster.bench[count.index % var.clusters].name
  name    = "i-${count.index}"
  image   = "registry.k8s.io/pause:3.10"
  cpu     = "10m"
  memory  = "16Mi"
  labels  = { round = var.round }
}
`

// peerConfig asks for the same Pods, security included.
const peerConfig = `
resource "kubernetes_namespace_v1" "bench" {
  count = var.clusters
  metadata {
    name = "bench-${count.index}"
  }
}

resource "kubernetes_pod_v1" "bench" {
  count = var.instances
  metadata {
    namespace = kubernetes_namespace_v1.bench[count.index % var.clusters].metadata[0].name
    name      = "i-${count.index}"
    labels    = { app = "mar", "instance-id" = "i-${count.index}", round = var.round }
  }
  spec {
    automount_service_account_token = false
    security_context {
      run_as_non_root = true
      seccomp_profile {
        type = "RuntimeDefault"
      }
    }
    container {
      name  = "app"
      image = "registry.k8s.io/pause:3.10"
      resources {
        limits   = { cpu = "10m", memory = "16Mi" }
        requests = { cpu = "10m", memory = "16Mi" }
      }
      security_context {
        allow_privilege_escalation = false
        read_only_root_filesystem  = true
        capabilities {
          drop = ["ALL"]
        }
      }
    }
  }
}
`
