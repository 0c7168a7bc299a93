package causes

// Warning is a warning about an attribute, or about the instance where that is empty.
type Warning struct {
	Attribute, Summary, Detail string
}
