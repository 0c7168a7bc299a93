package protocol

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// tellsNumbersApart reports whether to that Terraform a number which was read
// again isn't the one in its state file. Before 1.15.0 core compares the two to
// the bits of precision that they happen to have, so that a refresh-only plan of
// anything with a number in it ends with the exit code of a change, and shows
// none (https://github.com/hashicorp/terraform/issues/37406).
func tellsNumbersApart(terraformVersion string) bool {
	v, err := version.NewVersion(terraformVersion)
	return err == nil && v.Core().LessThan(version.Must(version.NewVersion("1.15.0")))
}

// withNumbersAsText is the same value with its numbers written as text. Core
// reads those with the precision with which it reads its state file.
func withNumbersAsText(value *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	if value == nil || len(value.MsgPack) == 0 {
		return value, nil
	}
	var out bytes.Buffer
	if err := copyAsText(msgpack.NewEncoder(&out), msgpack.NewDecoder(bytes.NewReader(value.MsgPack))); err != nil {
		return nil, fmt.Errorf("write numbers as text: %w", err)
	}
	return &tfprotov6.DynamicValue{MsgPack: out.Bytes()}, nil
}

func copyAsText(out *msgpack.Encoder, in *msgpack.Decoder) error {
	code, err := in.PeekCode()
	if err != nil {
		return err
	}
	switch {
	case msgpcode.IsFixedMap(code), code == msgpcode.Map16, code == msgpcode.Map32:
		length, err := in.DecodeMapLen()
		if err != nil {
			return err
		}
		return copyEach(out, in, 2*length, out.EncodeMapLen(length))
	case msgpcode.IsFixedArray(code), code == msgpcode.Array16, code == msgpcode.Array32:
		length, err := in.DecodeArrayLen()
		if err != nil {
			return err
		}
		return copyEach(out, in, length, out.EncodeArrayLen(length))
	case code == msgpcode.Float, code == msgpcode.Double:
		number, err := in.DecodeFloat64()
		if err != nil {
			return err
		}
		return out.EncodeString(strconv.FormatFloat(number, 'f', -1, 64))
	case code == msgpcode.Uint64:
		number, err := in.DecodeUint64()
		if err != nil {
			return err
		}
		return out.EncodeString(strconv.FormatUint(number, 10))
	case msgpcode.IsFixedNum(code), code >= msgpcode.Uint8 && code <= msgpcode.Int64:
		number, err := in.DecodeInt64()
		if err != nil {
			return err
		}
		return out.EncodeString(strconv.FormatInt(number, 10))
	}
	raw, err := in.DecodeRaw()
	if err != nil {
		return err
	}
	return out.Encode(raw)
}

// copyEach copies so many values, unless what comes before them has failed.
func copyEach(out *msgpack.Encoder, in *msgpack.Decoder, values int, err error) error {
	for range values {
		if err != nil {
			return err
		}
		err = copyAsText(out, in)
	}
	return err
}
