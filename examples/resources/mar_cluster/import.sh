# The ID is the cluster's name.
terraform import mar_cluster.prod prod-us-east
