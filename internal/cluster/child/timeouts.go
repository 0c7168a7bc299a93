package child

import (
	"time"
)

const (
	CreateTimeout = 5 * time.Minute
	ReadTimeout   = 2 * time.Minute
	UpdateTimeout = 5 * time.Minute
	DeleteTimeout = 10 * time.Minute
	// UsageTimeout bounds a look at what is used, which a plan can do without.
	UsageTimeout = 10 * time.Second
	// RollbackTimeout bounds the removal of a half-made cluster, which goes on
	// when the run was cancelled.
	RollbackTimeout = 15 * time.Second
)
