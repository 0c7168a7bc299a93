package validate

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ObjectName accepts the name of an object such as a Secret or a PersistentVolumeClaim. What names
// the kind: "a Secret's name".
func ObjectName(what string) validator.String {
	return stringRule{rule{
		what:   what,
		says:   "lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit",
		faults: validation.IsDNS1123Subdomain,
	}}
}

// DataKey accepts a key of a ConfigMap or Secret.
func DataKey() validator.String { return stringRule{dataKey()} }

// DataKeys accepts such keys as keys of a map.
func DataKeys() validator.Map { return keyRule{dataKey()} }

func dataKey() rule {
	return rule{
		what:   "a key of a ConfigMap or Secret",
		says:   "letters, digits, hyphens, underscores and dots",
		faults: validation.IsConfigMapKey,
	}
}

// VolumeNames accepts the names of volumes.
func VolumeNames() validator.Map {
	return keyRule{rule{
		what:   "a volume's name",
		says:   "lower-case letters, digits and hyphens, at most 63, beginning and ending with a letter or digit",
		faults: validation.IsDNS1123Label,
	}}
}

// Port accepts a port's number, 1 to 65535, or its name.
func Port() validator.String {
	return stringRule{rule{
		what:   "a port",
		says:   "a number from 1 to 65535, or a port's name: at most 15 lower-case letters, digits and hyphens, with at least one letter",
		faults: portFaults,
	}}
}

func portFaults(s string) []string {
	digits := s != "" && strings.Trim(s, "0123456789") == ""
	if !digits {
		return validation.IsValidPortName(s)
	}
	// Numbers that don't fit into an int are out of range too.
	const maxDigits = 5
	number := 0
	for _, digit := range s {
		number = number*10 + int(digit-'0')
	}
	if s[0] == '0' || len(s) > maxDigits || len(validation.IsValidPortNum(number)) > 0 {
		return []string{"a port's number is 1 to 65535, without leading zeros"}
	}
	return nil
}

// MountPath accepts a path where a volume can be mounted. The API server accepts nearly anything,
// but container engines don't.
func MountPath() validator.String {
	return stringRule{rule{
		what:   "a mount path",
		says:   "an absolute path without a colon, such as /var/cache",
		faults: mountPathFaults,
	}}
}

// IsMountPath reports whether MountPath accepts it.
func IsMountPath(s string) bool { return len(mountPathFaults(s)) == 0 }

func mountPathFaults(s string) []string {
	switch {
	case !path.IsAbs(s):
		return []string{"it must be an absolute path, such as /var/cache"}
	case strings.Contains(s, ":"):
		return []string{"it must not contain a colon"}
	case path.Clean(s) == "/":
		return []string{"a volume can't take the place of the image's whole file system"}
	}
	return nil
}

// AbsolutePath accepts a path from the root without "..".
func AbsolutePath(what string) validator.String {
	return stringRule{rule{
		what: what,
		says: "an absolute path without ..",
		faults: func(s string) []string {
			if !path.IsAbs(s) {
				return []string{"it must be an absolute path"}
			}
			return stepsBack(s)
		},
	}}
}

// RelativePath accepts a path that stays within its folder.
func RelativePath(what string) validator.String {
	return stringRule{rule{
		what:   what,
		says:   "a relative path without ..",
		faults: relativePathFaults,
	}}
}

func relativePathFaults(s string) []string {
	switch {
	case s == "":
		return []string{"it is empty"}
	case path.IsAbs(s):
		return []string{"it must be a relative path"}
	case strings.HasPrefix(s, "..") && !strings.HasPrefix(s, "../") && s != "..":
		return []string{"it must not begin with two dots"}
	}
	return stepsBack(s)
}

// SubPath accepts a part of a volume. The empty path is the whole volume.
func SubPath() validator.String {
	return stringRule{rule{
		what: "a path within the volume",
		says: "a relative path without .., or the empty text for the whole volume",
		faults: func(s string) []string {
			if s == "" {
				return nil
			}
			return relativePathFaults(s)
		},
	}}
}

func stepsBack(s string) []string {
	if slices.Contains(strings.Split(s, "/"), "..") {
		return []string{"it must not contain the element .."}
	}
	return nil
}

// FileMode accepts octal permissions, such as 0440.
func FileMode() validator.String {
	return stringRule{rule{
		what: "a file mode",
		says: "permissions as three octal digits, with or without a leading zero, such as 0440",
		faults: func(s string) []string {
			digits := s
			if len(s) == 4 {
				digits = strings.TrimPrefix(s, "0")
			}
			if len(digits) != 3 || strings.Trim(digits, "01234567") != "" {
				return []string{"write three octal digits, with or without a leading zero, such as \"0440\""}
			}
			return nil
		},
	}}
}
