package signing

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Sign writes the binary detached signature of the message. It errs for a key that registries would refuse.
func Sign(w io.Writer, key *openpgp.Entity, message io.Reader, now time.Time) error {
	config := &packet.Config{Time: func() time.Time { return now }}
	signer, ok := key.SigningKey(now)
	if !ok {
		return fmt.Errorf("the key %s can't sign: it has expired, was revoked, or isn't for signing", KeyID(key))
	}
	if err := requireRSA(key, signer.PublicKey.PubKeyAlgo); err != nil {
		return err
	}
	return openpgp.DetachSign(w, key, message, config)
}

// Verify errs unless the signature is the key's own, over the message, by a key that is valid now.
func Verify(key *openpgp.Entity, message, signature []byte, now time.Time) error {
	config := &packet.Config{Time: func() time.Time { return now }}
	made, _, err := openpgp.VerifyDetachedSignature(openpgp.EntityList{key}, bytes.NewReader(message), bytes.NewReader(signature), config)
	if err != nil {
		return fmt.Errorf("the signature isn't a valid one of the key %s: %w", KeyID(key), err)
	}
	return requireRSA(key, made.PubKeyAlgo)
}

// KeyID is what registries know a key by.
func KeyID(key *openpgp.Entity) string {
	return key.PrimaryKey.KeyIdString()
}

func requireRSA(key *openpgp.Entity, algorithm packet.PublicKeyAlgorithm) error {
	switch algorithm {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly:
		return nil
	default:
		return fmt.Errorf("the key %s isn't an RSA key, and the Terraform Registry takes no others", KeyID(key))
	}
}
