# The ID is the cluster's name and the instance's.
terraform import mar_instance.web dev/web
