// Package cache reads single objects for many readers at once, by one list a namespace. Lists
// returns objects that are at most a minute old, and never older than this client's last write,
// of which WriteCounter knows. It doesn't know of writes by others.
package cache
