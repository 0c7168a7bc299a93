// Package signing makes the detached OpenPGP signature that registries ask for, without a gpg program.
package signing

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// NewOptions describe a key. A lifetime of zero never ends.
type NewOptions struct {
	Name, Email string
	Bits        int
	Created     time.Time
	Lifetime    time.Duration
}

// NewKey returns a new RSA key. The Terraform Registry takes no elliptic curves.
func NewKey(options NewOptions) (*openpgp.Entity, error) {
	return openpgp.NewEntity(options.Name, "", options.Email, &packet.Config{
		Algorithm:       packet.PubKeyAlgoRSA,
		RSABits:         options.Bits,
		DefaultHash:     crypto.SHA512,
		Time:            func() time.Time { return options.Created },
		KeyLifetimeSecs: uint32(options.Lifetime.Seconds()),
	})
}

// ReadPrivateKey reads the one key of an armored text, and unlocks it where it has a passphrase.
func ReadPrivateKey(armored, passphrase string) (*openpgp.Entity, error) {
	key, err := readKey(armored)
	if err != nil {
		return nil, err
	}
	if key.PrivateKey == nil {
		return nil, errors.New("it is a public key; the private one is needed to sign")
	}
	if err := key.DecryptPrivateKeys([]byte(passphrase)); err != nil {
		return nil, fmt.Errorf("unlock the key with its passphrase: %w", err)
	}
	return key, nil
}

// ReadPublicKey reads the one key of an armored text.
func ReadPublicKey(armored string) (*openpgp.Entity, error) {
	return readKey(armored)
}

func readKey(armored string) (*openpgp.Entity, error) {
	keys, err := openpgp.ReadArmoredKeyRing(strings.NewReader(armored))
	if err != nil {
		return nil, fmt.Errorf("read an armored OpenPGP key: %w", err)
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("it holds %d keys; one is needed", len(keys))
	}
	return keys[0], nil
}

// WritePublicKey writes the armored public key.
func WritePublicKey(w io.Writer, key *openpgp.Entity) error {
	return writeArmored(w, openpgp.PublicKeyType, key.Serialize)
}

// WritePrivateKey writes the armored private key, locked with the passphrase where there is one.
func WritePrivateKey(w io.Writer, key *openpgp.Entity, passphrase string) error {
	if passphrase != "" {
		if err := key.EncryptPrivateKeys([]byte(passphrase), nil); err != nil {
			return err
		}
	}
	return writeArmored(w, openpgp.PrivateKeyType, func(w io.Writer) error {
		return key.SerializePrivateWithoutSigning(w, nil)
	})
}

func writeArmored(w io.Writer, blockType string, serialize func(io.Writer) error) error {
	var text bytes.Buffer
	encoder, err := armor.Encode(&text, blockType, nil)
	if err != nil {
		return err
	}
	if err := serialize(encoder); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	text.WriteByte('\n')
	_, err = w.Write(text.Bytes())
	return err
}
