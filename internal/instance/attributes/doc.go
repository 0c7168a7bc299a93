// Package attributes describes the attributes of an instance: those that the resource, the
// data sources, the list resource and the actions share stand once.
package attributes
