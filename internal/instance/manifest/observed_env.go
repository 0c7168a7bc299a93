package manifest

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/fwtypes"
	"github.com/headgym/terraform-provider-mar/internal/instance/model"
)

// defaultServiceAccount is what a Pod runs as that names none.
const defaultServiceAccount = "default"

// declaredServiceAccount leaves out the account that every Pod has.
func declaredServiceAccount(seen, prior types.String) types.String {
	if prior.IsNull() && seen.ValueString() == defaultServiceAccount {
		return prior
	}
	return seen
}

// importedServiceAccount is the account that was named: default is, where its
// token is mounted.
func importedServiceAccount(pod *corev1.Pod) types.String {
	if pod.Spec.ServiceAccountName == defaultServiceAccount && !mountsToken(pod) {
		return types.StringNull()
	}
	return model.TextOrNull(pod.Spec.ServiceAccountName)
}

// mountsToken reports whether a token is asked for, or, where the Pod leaves that
// to its account, mounted by the admission plugin ServiceAccount.
func mountsToken(pod *corev1.Pod) bool {
	if asked := pod.Spec.AutomountServiceAccountToken; asked != nil {
		return *asked
	}
	return slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return strings.HasPrefix(v.Name, "kube-api-access-") })
}

// readSources reads the variables that get their values from elsewhere, where
// env_value_from can say all of it.
func readSources(vars []corev1.EnvVar, container string) types.Map {
	values := map[string]attr.Value{}
	for _, v := range vars {
		if v.ValueFrom == nil {
			continue
		}
		if variable, complete := readSource(v.ValueFrom, container); complete {
			values[v.Name] = variable.Object()
		}
	}
	return model.MapOrNull(model.VariableType(), values)
}

func readSource(from *corev1.EnvVarSource, container string) (model.Variable, bool) {
	var v model.Variable
	switch {
	case from.ConfigMapKeyRef != nil:
		v.ConfigMap, v.Key = types.StringValue(from.ConfigMapKeyRef.Name), types.StringValue(from.ConfigMapKeyRef.Key)
		v.Optional = types.BoolValue(ptr.Deref(from.ConfigMapKeyRef.Optional, false))
		return v, true
	case from.SecretKeyRef != nil:
		v.Secret, v.Key = types.StringValue(from.SecretKeyRef.Name), types.StringValue(from.SecretKeyRef.Key)
		v.Optional = types.BoolValue(ptr.Deref(from.SecretKeyRef.Optional, false))
		return v, true
	case from.FieldRef != nil:
		v.Field = types.StringValue(from.FieldRef.FieldPath)
		return v, from.FieldRef.APIVersion == "v1" || from.FieldRef.APIVersion == ""
	case from.ResourceFieldRef != nil:
		v.Resource = types.StringValue(from.ResourceFieldRef.Resource)
		v.Divisor = fwtypes.NewQuantity("1")
		if divisor := from.ResourceFieldRef.Divisor; !divisor.IsZero() {
			v.Divisor = fwtypes.NewQuantity(divisor.String())
		}
		return v, from.ResourceFieldRef.ContainerName == "" || from.ResourceFieldRef.ContainerName == container
	}
	return v, false
}
