// Package mar has the names of the platform: the labels and annotations that mark its objects, and
// those that it reserves. It tells whose an object is by them. It is the lowest package, and knows
// neither Terraform nor the API server.
package mar
