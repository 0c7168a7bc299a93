// Package kube says what requests to the API server mean, and sends the writes. AnswerOf
// classifies each answer, Wrap makes a typed error of it; Create, Apply, Delete, RemoveKeys and
// Rewrite carry out one write with its repetitions. It takes typed clients of client-go and
// returns objects and errors. It knows Kubernetes, and nothing of Terraform or of connections:
// connect has the client, cache its lists, wait its watches. Package fw words the errors.
package kube
