package provider

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// Most of a run's work is for resources of which nothing has changed. What a plan makes
// is a function of configuration, state, private state and the provider block; what a
// read makes is one of all these but the configuration, and of what the server holds. So
// when a resource has been applied, its next plan is made at once; if that one changes
// nothing and says nothing, a fingerprint of all that it was made from is put into the
// private state. A later plan that is made from the very same is not made again: its
// answer is the prior state. The same goes for a read, if the resource has said with
// which version of its object a read is known to find what was saved, and that version
// is what there is. Anything that somebody changes, that the author writes or that
// another version of the provider would see differently makes another fingerprint, and a
// read or a plan in full.

const (
	// marksKey is the key of the marks in the private state.
	marksKey = "unchanged"
	// fingerprintSize is how many bytes of a SHA-256 are kept.
	fingerprintSize = 16
)

// marks are the fingerprints of what the next read and the next plan of a resource that
// was just applied are known to leave as it is; empty ones are of neither.
type marks struct {
	Read string `json:"read,omitempty"`
	Plan string `json:"plan,omitempty"`
}

// subject is all that the read or the plan of an unchanged resource depends on.
type subject struct {
	// Conduct stands for the provider's version and the settings that both depend on.
	Conduct      string
	Type         string
	State        *tfprotov6.DynamicValue
	Identity     *tfprotov6.ResourceIdentityData
	Private      []byte
	ProviderMeta *tfprotov6.DynamicValue
}

// readPrint is empty where there is none: of what can't be read, or what names no
// version of its object.
func (s subject) readPrint() string {
	private, err := readPrivate(s.Private)
	if err != nil || private.seen() == "" {
		return ""
	}
	return s.fingerprint(private, []byte("read"))
}

// planPrint is empty where there is none. Which version of the object was seen makes no
// difference to a plan.
func (s subject) planPrint(config *tfprotov6.DynamicValue) string {
	private, err := readPrivate(s.Private)
	if err != nil || config == nil {
		return ""
	}
	delete(private, fw.SeenKey)
	return s.fingerprint(private, []byte("plan"), config.MsgPack)
}

func (s subject) fingerprint(private private, of ...[]byte) string {
	if s.State == nil || hasValue(s.ProviderMeta) {
		return ""
	}
	delete(private, marksKey)
	sum := sha256.New()
	put(sum, []byte(s.Conduct), []byte(s.Type))
	put(sum, of...)
	for _, key := range slices.Sorted(maps.Keys(private)) {
		put(sum, []byte(key), private[key])
	}
	values := []*tfprotov6.DynamicValue{s.State}
	if s.Identity != nil {
		values = append(values, s.Identity.IdentityData)
	}
	for _, value := range values {
		digest, err := digestOf(value)
		if err != nil {
			return ""
		}
		put(sum, digest)
	}
	// Terraform writes the whole state after each resource, so that every byte counts.
	return base64.RawStdEncoding.EncodeToString(sum.Sum(nil)[:fingerprintSize])
}

func hasValue(value *tfprotov6.DynamicValue) bool {
	if value == nil {
		return false
	}
	isNull, err := value.IsNull()
	return err != nil || !isNull
}

// put writes the parts so that no two lists of parts look alike.
func put(sum hash.Hash, parts ...[]byte) {
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:", len(part))
		sum.Write(part)
	}
}

// digestOf is the same for equal values, in whichever order they were encoded: the
// plugin library encodes maps as they come, and core sorts sets by its own rule. That it
// is the same for two orders of a list too does no harm: a list in another order than the
// configuration's makes core propose another state than the prior one.
func digestOf(value *tfprotov6.DynamicValue) ([]byte, error) {
	decoded, err := decode(value)
	if err != nil {
		return nil, err
	}
	return digest(decoded)
}

func decode(value *tfprotov6.DynamicValue) (any, error) {
	decoder := msgpack.NewDecoder(bytes.NewReader(value.MsgPack))
	decoder.UseLooseInterfaceDecoding(true)
	return decoder.DecodeInterface()
}

func digest(value any) ([]byte, error) {
	sum := sha256.New()
	switch v := value.(type) {
	case map[string]any:
		put(sum, []byte("map"))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			part, err := digest(v[key])
			if err != nil {
				return nil, err
			}
			put(sum, []byte(key), part)
		}
	case []any:
		parts := make([][]byte, 0, len(v))
		for _, element := range v {
			part, err := digest(element)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part)
		}
		slices.SortFunc(parts, bytes.Compare)
		put(sum, []byte("list"))
		put(sum, parts...)
	case []byte:
		// The type of a dynamic value, as JSON.
		var decoded any
		if err := json.Unmarshal(v, &decoded); err != nil {
			return nil, err
		}
		part, err := digest(decoded)
		if err != nil {
			return nil, err
		}
		put(sum, []byte("type"), part)
	case nil, bool, int64, uint64, float64, string:
		put(sum, fmt.Appendf(nil, "%T %v", v, v))
	default:
		return nil, fmt.Errorf("a %T has no digest", value)
	}
	return sum.Sum(nil), nil
}

// private is a resource's private state, by the keys that the plugin library keeps it
// under.
type private map[string][]byte

func readPrivate(data []byte) (private, error) {
	p := private{}
	if len(data) == 0 {
		return p, nil
	}
	err := json.Unmarshal(data, &p)
	return p, err
}

// seen is the version of the resource's object that a read is known to find as it is.
func (p private) seen() string {
	var version string
	if err := json.Unmarshal(p[fw.SeenKey], &version); err != nil {
		return ""
	}
	return version
}

// marks are none where they can't be read.
func (p private) marks() marks {
	var m marks
	if err := json.Unmarshal(p[marksKey], &m); err != nil {
		return marks{}
	}
	return m
}

// withMarks returns private state with the marks in it, and without any if there are
// none.
func withMarks(data []byte, m marks) []byte {
	p, err := readPrivate(data)
	if err != nil {
		return data
	}
	delete(p, marksKey)
	if m != (marks{}) {
		if p[marksKey], err = json.Marshal(m); err != nil {
			return data
		}
	}
	if len(p) == 0 {
		return nil
	}
	marked, err := json.Marshal(p)
	if err != nil {
		return data
	}
	return marked
}

// marked are the marks in private state.
func marked(data []byte) marks {
	p, err := readPrivate(data)
	if err != nil {
		return marks{}
	}
	return p.marks()
}
