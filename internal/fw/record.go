package fw

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

const (
	// recordKey is where private state keeps what a kind remembers beside its state.
	recordKey = "record"
	// SeenKey is where it keeps the version of the server's object with which a read is
	// known to find the state as it is, a JSON string; an empty one is none. It is only
	// written in an apply: core takes a refresh that changes it for drift.
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
// was. A record has no version: its fields are only ever added, and a field that has
// to mean something else gets another name.
func LoadRecord[T any](ctx context.Context, from PrivateReader, diags *diag.Diagnostics) T {
	var record T
	data, more := from.GetKey(ctx, recordKey)
	diags.Append(more...)
	if len(data) == 0 {
		return record
	}
	if err := json.Unmarshal(data, &record); err != nil {
		diags.AddError("Unreadable private state", "What the provider remembers of this object beside its state can't be read: "+err.Error()+".\n\nIf a newer version of the provider has written it, go back to that one. Otherwise remove the object from the state with `terraform state rm` and its address, which leaves the object itself alone, and import it.")
	}
	return record
}

// SaveRecord remembers it for the next plan.
func SaveRecord(ctx context.Context, to PrivateWriter, record any, diags *diag.Diagnostics) {
	data, err := json.Marshal(record)
	if err != nil {
		diags.AddError("Private state can't be written", err.Error())
		return
	}
	diags.Append(to.SetKey(ctx, recordKey, data)...)
}

// SaveSeen remembers that version.
func SaveSeen(ctx context.Context, to PrivateWriter, version string, diags *diag.Diagnostics) {
	data, err := json.Marshal(version)
	if err != nil {
		diags.AddError("Private state can't be written", err.Error())
		return
	}
	diags.Append(to.SetKey(ctx, SeenKey, data)...)
}
