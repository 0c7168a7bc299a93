// Package attributes holds the schema attributes of instances. What the resource, the data
// sources, the list resource and the actions have in common is defined once. It describes, and
// decides nothing: how attributes become a Pod is in package manifest.
package attributes
