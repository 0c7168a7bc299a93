// Package rehearsal makes a release as GoReleaser would make it for real, and installs it with the real Terraform and
// OpenTofu from a registry on this machine. "make release-rehearsal" runs it; all of it is tests.
package rehearsal
