package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

func TestRun_refuses(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"nothing":             {nil, "say what to do: licenses, new-key, provenance, sign, verify"},
		"an unknown command":  {[]string{"publish"}, `there is no command "publish"`},
		"a missing flag":      {[]string{"sign", "-input=x"}, "sign: missing -output"},
		"an argument":         {[]string{"sign", "-input=x", "-output=y", "z"}, `what is "z"?`},
		"a signature keyless": {[]string{"sign", "-input=x", "-output=y"}, "RELEASE_SIGNING_KEY is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("RELEASE_SIGNING_KEY", "")
			err := run(t.Context(), test.arguments, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// TestRun_aNewKeySigns goes the way of a first release: a key is made, and signs.
func TestRun_aNewKeySigns(t *testing.T) {
	dir := t.TempDir()
	private, input, output := filepath.Join(dir, "key.asc"), filepath.Join(dir, "SHA256SUMS"), filepath.Join(dir, "SHA256SUMS.sig")
	t.Setenv("RELEASE_SIGNING_PASSPHRASE", "a passphrase")
	var public bytes.Buffer
	if err := run(t.Context(), []string{"new-key", "-name=MAR", "-email=mar@example.com", "-private=" + private}, &public); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(private)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v, %v", info, err)
	}
	if err := run(t.Context(), []string{"new-key", "-name=MAR", "-email=mar@example.com", "-private=" + private}, &bytes.Buffer{}); err == nil {
		t.Error("a key that is there is written over")
	}

	if err := os.WriteFile(input, []byte("sums"), 0o600); err != nil {
		t.Fatal(err)
	}
	armored, err := os.ReadFile(private)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("RELEASE_SIGNING_KEY", string(armored))
	if err := run(t.Context(), []string{"sign", "-input=" + input, "-output=" + output}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	signature, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.ReadPublicKey(public.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := signing.Verify(key, []byte("sums"), signature, key.PrimaryKey.CreationTime.AddDate(2, 0, 0)); err != nil {
		t.Error(err)
	}
	if err := signing.Verify(key, []byte("sums"), signature, key.PrimaryKey.CreationTime.AddDate(4, 0, 0)); err == nil {
		t.Error("the key is good for more than three years")
	}
}
