package cluster

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

const recordKey = "record"

type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// loadRecord reads what was remembered; a cluster of which nothing is has an
// empty record.
func loadRecord(ctx context.Context, from privateReader, diags *diag.Diagnostics) record {
	var rec record
	data, more := from.GetKey(ctx, recordKey)
	diags.Append(more...)
	if len(data) == 0 {
		return rec
	}
	if err := json.Unmarshal(data, &rec); err != nil {
		diags.AddError("Unreadable private state", "What the provider remembers of the cluster beside its state can't be read: "+err.Error()+". Was the state written by a newer version of the provider?")
	}
	return rec
}

func saveRecord(ctx context.Context, to privateWriter, rec record, diags *diag.Diagnostics) {
	data, err := json.Marshal(rec)
	if err != nil {
		diags.AddError("Private state can't be written", err.Error())
		return
	}
	diags.Append(to.SetKey(ctx, recordKey, data)...)
}
