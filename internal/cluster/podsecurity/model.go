package podsecurity

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func Types() map[string]attr.Type {
	return map[string]attr.Type{
		"enforce": types.StringType, "audit": types.StringType, "warn": types.StringType, "version": types.StringType,
	}
}
