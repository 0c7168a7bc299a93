package fw

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

const (
	// recordKey is where private state keeps what a kind remembers beside its state: as a
	// JSON merge patch (RFC 7386) of what is usual for an object of such a state. Terraform
	// writes the whole state anew after each resource, so that every byte counts, and of
	// most objects there is nothing to say.
	recordKey = "differs"
	// wholeKey is where it was kept as it is.
	wholeKey = "record"
	// SeenKey is where an apply leaves, for the server that wraps the framework's, what it
	// knows of the next read and plan: a JSON object, see [Seen]. It isn't saved.
	SeenKey = "seen"
)

// PrivateReader and PrivateWriter are the private state of a request and of a
// response, whose type the framework doesn't export.
type (
	PrivateReader interface {
		GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	}
	PrivateWriter interface {
		SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
	}
)

// LoadRecord reads what was remembered of an object, the zero value where nothing
// was. Usual is what would be remembered of a usual object of the same state. A record has
// no version: its fields are only ever added, and a field that has to mean something else
// gets another name.
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

// SaveRecord remembers it for the next plan, which will call the same usual.
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

// Seen is what an apply knows of the object that it has just made or changed.
type Seen struct {
	// Version is the version of the server's object with which a read is known to find
	// the state as it is, empty where there is none.
	Version string
	// PlansNothing is set where the next plan of the same configuration is known to change
	// nothing and to say nothing.
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
