// Package quota is the cluster's ResourceQuotas: the attributes quota and scoped_quotas, the
// objects that they mean (Desired), the attributes that objects mean (Observed), what a change
// needs (Step), and what contradicts itself (Validate). Everything is a function of its arguments.
package quota
