package fw

import "sync"

// Told remembers, for one configured provider, of which objects a warning was
// given while they were read. Terraform configures a provider anew for each walk
// over the configuration, so a plan needn't say again what its refresh has said.
type Told struct {
	mu      sync.Mutex
	objects map[string]bool
}

// Add notes that people have been told about the object.
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
