// Package connect makes the connection to one API server. New returns the Client of a Config's
// Connection: the typed clients, their list caches and their watches. On the way of a request it
// adds credentials, renews them, repeats what may be repeated, and recognises answers that no
// Kubernetes API gives. Config and its checks are pure and send nothing. It doesn't know what the
// requests are for.
package connect
