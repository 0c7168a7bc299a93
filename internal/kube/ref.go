package kube

// Ref names an object in messages.
type Ref struct {
	Kind, Namespace, Name string
}

// String is the object as people name it: "Pod dev/web", "Namespace dev".
func (r Ref) String() string {
	if r.Namespace == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Namespace + "/" + r.Name
}
