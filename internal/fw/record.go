package fw

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

const (
	// recordKey is the key in private state of what a kind remembers beside its state: a JSON merge
	// patch (RFC 7386) of the usual record for an object with that state. Terraform rewrites the
	// whole state after each resource, so every byte counts, and most objects have the usual
	// record.
	recordKey = "differs"
	// wholeKey is where earlier versions kept the record itself.
	wholeKey = "record"
	// SeenKey is where an apply leaves what it knows of the next read and plan, for the server
	// around the framework's: a JSON object, see [Seen]. It isn't saved.
	SeenKey = "seen"
)

// PrivateReader and PrivateWriter are the private state of a request and of a response. The
// framework doesn't export their type.
type (
	PrivateReader interface {
		GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	}
	PrivateWriter interface {
		SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
	}
)

// LoadRecord reads what was remembered of an object, or the zero value if nothing was. Usual is the
// usual record of an object with the same state. A record has no version: fields are only ever
// added, and a field with another meaning gets another name.
func LoadRecord[T any](ctx context.Context, from PrivateReader, usual T, diags *diag.Diagnostics) T {
	var record T
	patch, more := from.GetKey(ctx, recordKey)
	diags.Append(more...)
	data, more := from.GetKey(ctx, wholeKey)
	diags.Append(more...)
	var err error
	if len(patch) > 0 {
		data, err = patched(usual, patch)
	}
	if err == nil && len(data) > 0 {
		err = json.Unmarshal(data, &record)
	}
	if err != nil {
		diags.AddError("Unreadable private state", "The provider's private record of this object can't be read: "+err.Error()+".\n\nIf a newer version of the provider has written it, go back to that one. Otherwise remove the object from the state with `terraform state rm` and its address, which leaves the object itself alone, and import it.")
	}
	return record
}

// SaveRecord stores the record for the next plan, which passes the same usual record.
func SaveRecord[T any](ctx context.Context, to PrivateWriter, record, usual T, diags *diag.Diagnostics) {
	patch, err := patchBetween(usual, record)
	if err != nil {
		diags.AddError("Private state can't be written", err.Error())
		return
	}
	diags.Append(to.SetKey(ctx, recordKey, patch)...)
	diags.Append(to.SetKey(ctx, wholeKey, nil)...)
}

func patched(usual any, patch []byte) ([]byte, error) {
	from, err := json.Marshal(usual)
	if err != nil {
		return nil, err
	}
	return jsonpatch.MergePatch(from, patch)
}

func patchBetween(usual, record any) ([]byte, error) {
	from, err := json.Marshal(usual)
	if err != nil {
		return nil, err
	}
	to, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	return jsonpatch.CreateMergePatch(from, to)
}

// Seen is what an apply knows of the object that it just created or changed.
type Seen struct {
	// Version is the version of the server's object at which a read finds the state unchanged. It
	// is empty if there is none.
	Version string
	// PlansNothing is set if the next plan of the same configuration changes nothing and reports
	// nothing.
	PlansNothing bool
}

// SaveSeen hands it on.
func SaveSeen(ctx context.Context, to PrivateWriter, seen Seen, diags *diag.Diagnostics) {
	data, err := json.Marshal(seen)
	if err != nil {
		diags.AddError("Private state can't be written", err.Error())
		return
	}
	diags.Append(to.SetKey(ctx, SeenKey, data)...)
}
