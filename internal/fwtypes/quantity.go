// Package fwtypes has the framework value types that know the meaning of a Kubernetes value, so two
// spellings of one value are never a difference.
package fwtypes

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"k8s.io/apimachinery/pkg/api/resource"
)

var (
	_ basetypes.StringTypable                    = QuantityType{}
	_ basetypes.StringValuableWithSemanticEquals = Quantity{}
	_ xattr.ValidateableAttribute                = Quantity{}
)

// QuantityType is the type of an amount in Kubernetes' notation: "500m", "2", "4Gi". The state
// keeps the author's spelling; equal amounts are equal values.
type QuantityType struct {
	basetypes.StringType
}

// Equal reports whether o is a QuantityType too.
func (t QuantityType) Equal(o attr.Type) bool {
	other, ok := o.(QuantityType)
	return ok && t.StringType.Equal(other.StringType)
}

// String returns the type's name in messages.
func (QuantityType) String() string { return "QuantityType" }

// ValueType returns the type's zero value.
func (QuantityType) ValueType(context.Context) attr.Value { return Quantity{} }

// ValueFromString wraps a framework string.
func (QuantityType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Quantity{StringValue: in}, nil
}

// ValueFromTerraform converts what core sent.
func (t QuantityType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	s, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T for a quantity", value)
	}
	return Quantity{StringValue: s}, nil
}

// Quantity is an amount in its author's spelling.
type Quantity struct {
	basetypes.StringValue
}

// NewQuantity returns a known quantity with that spelling.
func NewQuantity(spelling string) Quantity {
	return Quantity{StringValue: basetypes.NewStringValue(spelling)}
}

// NewQuantityNull returns the null quantity.
func NewQuantityNull() Quantity {
	return Quantity{StringValue: basetypes.NewStringNull()}
}

// NewQuantityUnknown returns the unknown quantity.
func NewQuantityUnknown() Quantity {
	return Quantity{StringValue: basetypes.NewStringUnknown()}
}

// Type returns QuantityType.
func (Quantity) Type(context.Context) attr.Type { return QuantityType{} }

// Equal reports whether o has the same spelling; SemanticallyEqual compares amounts.
func (q Quantity) Equal(o attr.Value) bool {
	other, ok := o.(Quantity)
	return ok && q.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals reports whether both are the same amount.
func (q Quantity) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(Quantity)
	return ok && q.SemanticallyEqual(other), nil
}

// SemanticallyEqual reports whether both are known and the same amount, or both null, or both
// unknown.
func (q Quantity) SemanticallyEqual(o Quantity) bool {
	if q.IsNull() || q.IsUnknown() || o.IsNull() || o.IsUnknown() {
		return q.StringValue.Equal(o.StringValue)
	}
	return sameAmount(q.ValueString(), o.ValueString())
}

// Amount parses a known quantity. The error is ParseQuantity's. A null or unknown quantity is zero.
func (q Quantity) Amount() (resource.Quantity, error) {
	if q.IsNull() || q.IsUnknown() {
		return resource.Quantity{}, nil
	}
	return ParseQuantity(q.ValueString())
}

// Known returns the amount, and false for a null or unknown quantity, or one that ParseQuantity
// refuses.
func (q Quantity) Known() (resource.Quantity, bool) {
	if q.IsNull() || q.IsUnknown() {
		return resource.Quantity{}, false
	}
	amount, err := ParseQuantity(q.ValueString())
	return amount, err == nil
}

// ValidateAttribute refuses what ParseQuantity refuses.
func (q Quantity) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if q.IsNull() || q.IsUnknown() {
		return
	}
	if _, err := ParseQuantity(q.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid quantity", err.Error()+".")
	}
}
