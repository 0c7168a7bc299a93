package fw

import "sync"

// Told remembers, for one configured provider, the objects with a warning during the refresh.
// Terraform configures a provider again for each walk over the configuration. So a plan needn't
// repeat what its refresh has said.
type Told struct {
	mu      sync.Mutex
	objects map[string]bool
}

// Add records that the user was told about the object.
func (t *Told) Add(object string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.objects == nil {
		t.objects = map[string]bool{}
	}
	t.objects[object] = true
}

// Has reports whether they have been.
func (t *Told) Has(object string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.objects[object]
}
