package acctest

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// OwnedBy returns the fields that the manager owns, of the object itself or by any subresource
// except its status, one in a line.
func OwnedBy(t *testing.T, o metav1.Object, manager string) string {
	t.Helper()
	var owned fieldpath.Set
	for _, entry := range o.GetManagedFields() {
		if entry.Manager != manager || entry.FieldsV1 == nil || entry.Subresource == "status" {
			continue
		}
		var fields fieldpath.Set
		if err := fields.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
			t.Fatal(err)
		}
		owned = *owned.Union(&fields)
	}
	return owned.String()
}
