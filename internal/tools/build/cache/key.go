// Package cache keeps built programs for as long as what they are made from stays the same.
package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Key is a digest of everything that a program is made from. Its first error is kept until Sum.
type Key struct {
	hash hash.Hash
	err  error
}

func NewKey() *Key {
	return &Key{hash: sha256.New()}
}

// Text adds versions, flags and the like.
func (k *Key) Text(values ...string) {
	for _, value := range values {
		fmt.Fprintf(k.hash, "text %d %s\n", len(value), value)
	}
}

// File adds a file's content.
func (k *Key) File(path string) {
	k.file(path, filepath.Base(path))
}

// Tree adds the names and contents of the files below dir that keep accepts; it is asked with paths
// relative to dir.
func (k *Key) Tree(dir string, keep func(path string) bool) {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if entry.Type().IsRegular() && keep(relative) {
			k.file(path, filepath.ToSlash(relative))
		}
		return nil
	})
	k.fail(err)
}

// Sum is the digest, in hexadecimal.
func (k *Key) Sum() (string, error) {
	if k.err != nil {
		return "", fmt.Errorf("telling whether it is up to date: %w", k.err)
	}
	return hex.EncodeToString(k.hash.Sum(nil)), nil
}

func (k *Key) file(path, name string) {
	file, err := os.Open(path)
	if err != nil {
		k.fail(err)
		return
	}
	defer file.Close()

	info, err := file.Stat()
	if err != nil {
		k.fail(err)
		return
	}
	fmt.Fprintf(k.hash, "file %d %s %d\n", len(name), name, info.Size())
	_, err = io.Copy(k.hash, file)
	k.fail(err)
}

func (k *Key) fail(err error) {
	if k.err == nil {
		k.err = err
	}
}
