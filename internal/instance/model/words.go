package model

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

const (
	ProfileRuntimeDefault = "RuntimeDefault"
	ProfileUnconfined     = "Unconfined"
	ProfileLocalhost      = "Localhost/"

	AllCapabilities = "ALL"
)

const (
	StatusPending   = string(corev1.PodPending)
	StatusRunning   = string(corev1.PodRunning)
	StatusSucceeded = string(corev1.PodSucceeded)
	StatusFailed    = string(corev1.PodFailed)
	StatusUnknown   = string(corev1.PodUnknown)
)

// The values of desired_status. Left out, power isn't managed here.
const (
	PowerRunning = "Running"
	PowerStopped = "Stopped"
)

// StatusStopped is the status of an instance that has a PodTemplate and no Pod.
const StatusStopped = "Stopped"

// The values of wait_for.
const (
	WaitReady     = "Ready"
	WaitRunning   = "Running"
	WaitScheduled = "Scheduled"
	WaitSucceeded = "Succeeded"
	WaitNone      = "None"
)

const (
	DefaultTimeout     = 10 * time.Minute
	DefaultReadTimeout = 2 * time.Minute

	GeneratedPrefix = "mar-i-"
)
