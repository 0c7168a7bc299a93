# By the environment: KUBE_HOST, KUBE_TOKEN and KUBE_CLUSTER_CA_CERT_DATA, or KUBE_CONFIG_PATH.
provider "mar" {}
