package signing_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/headgym/terraform-provider-mar/internal/release/signing"
)

const message = "0123  terraform-provider-mar_0.1.0_linux_amd64.zip\n"

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// newKey is a short one, so that the tests are quick.
func newKey(t *testing.T, lifetime time.Duration) *openpgp.Entity {
	t.Helper()
	key, err := signing.NewKey(signing.NewOptions{Name: "MAR", Email: "mar@example.com", Bits: 2048, Created: now, Lifetime: lifetime})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, key *openpgp.Entity) []byte {
	t.Helper()
	var signature bytes.Buffer
	if err := signing.Sign(&signature, key, strings.NewReader(message), now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return signature.Bytes()
}

func TestSign_makesABinarySignatureThatThePublicKeyVerifies(t *testing.T) {
	for name, passphrase := range map[string]string{"unlocked": "", "locked": "a passphrase"} {
		t.Run(name, func(t *testing.T) {
			var private, public bytes.Buffer
			key := newKey(t, 0)
			if err := signing.WritePublicKey(&public, key); err != nil {
				t.Fatal(err)
			}
			if err := signing.WritePrivateKey(&private, key, passphrase); err != nil {
				t.Fatal(err)
			}

			signer, err := signing.ReadPrivateKey(private.String(), passphrase)
			if err != nil {
				t.Fatal(err)
			}
			verifier, err := signing.ReadPublicKey(public.String())
			if err != nil {
				t.Fatal(err)
			}
			signature := sign(t, signer)
			if bytes.Contains(signature, []byte("BEGIN PGP")) {
				t.Error("the signature is armored; registries want a binary one")
			}
			if err := signing.Verify(verifier, []byte(message), signature, now.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestVerify_refuses(t *testing.T) {
	key, short := newKey(t, 0), newKey(t, time.Hour)
	good, late := sign(t, key), now.Add(2*time.Hour)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-1] ^= 1

	for name, test := range map[string]struct {
		key                *openpgp.Entity
		message, signature []byte
	}{
		"another message":     {key, []byte(message + "x"), good},
		"a flipped byte":      {key, []byte(message), flipped},
		"an empty signature":  {key, []byte(message), nil},
		"a foreign key":       {newKey(t, 0), []byte(message), good},
		"a key that is past":  {short, []byte(message), sign(t, short)},
		"a text that is none": {key, []byte(message), []byte("hello")},
	} {
		if err := signing.Verify(test.key, test.message, test.signature, late); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestSign_refuses(t *testing.T) {
	curve, err := openpgp.NewEntity("MAR", "", "mar@example.com", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key  *openpgp.Entity
		want string
	}{
		"a key of an elliptic curve": {curve, "isn't an RSA key"},
		"a key that has expired":     {newKey(t, time.Hour), "it has expired"},
	} {
		err := signing.Sign(&bytes.Buffer{}, test.key, strings.NewReader(message), now.Add(2*time.Hour))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, test.want)
		}
	}
}

func TestReadPrivateKey_refuses(t *testing.T) {
	var private, public bytes.Buffer
	key := newKey(t, 0)
	if err := signing.WritePublicKey(&public, key); err != nil {
		t.Fatal(err)
	}
	if err := signing.WritePrivateKey(&private, key, "right"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ armored, passphrase, want string }{
		"a public key":       {public.String(), "", "it is a public key"},
		"a wrong passphrase": {private.String(), "wrong", "unlock the key"},
		"no passphrase":      {private.String(), "", "unlock the key"},
		"nothing":            {"", "", "read an armored OpenPGP key"},
	} {
		_, err := signing.ReadPrivateKey(test.armored, test.passphrase)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "PRIVATE KEY") {
			t.Errorf("%s: the error quotes the key", name)
		}
	}
}
