package process

import (
	"strings"
	"testing"
)

func TestStartTicks(t *testing.T) {
	line := func(name, state string) []byte {
		fields := []string{"42", "(" + name + ")", state}
		for range 18 {
			fields = append(fields, "0")
		}
		return []byte(strings.Join(append(fields, "777", "0"), " "))
	}
	for name, tc := range map[string]struct {
		stat []byte
		want string
	}{
		"plain":                  {line("etcd", "S"), "777"},
		"a name with spaces":     {line("a b c", "S"), "777"},
		"a name with a bracket":  {line("a) S 1 (b", "R"), "777"},
		"a zombie":               {line("etcd", "Z"), ""},
		"a dead one":             {line("etcd", "X"), ""},
		"nothing":                {nil, ""},
		"a line that is cut off": {[]byte("42 (etcd) S 1 2"), ""},
	} {
		got, err := startTicks(tc.stat)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %q (%v), want %q", name, got, err, tc.want)
		}
	}
}
