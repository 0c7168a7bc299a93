package protocol

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/headgym/terraform-provider-mar/internal/fw"
)

// Most of a run's work is for resources of which nothing has changed. What a plan makes
// is a function of configuration, state, private state and the provider block; what a
// read makes is one of all these but the configuration, and of what the server holds. So
// when a resource was applied, and it is known that its next plan changes nothing and says
// nothing, a fingerprint of all that it would be made from is put into the private state. A
// later plan that is made from the very same is not made again: its answer is the prior
// state. The same goes for a read, if the resource has said with which version of its
// object a read is known to find what was saved, and that version is what there is.
// Anything that somebody changes, that the author writes or that another version of the
// provider would see differently makes another fingerprint, and a read or a plan in full.

const (
	// marksKey is the key of the marks in the private state.
	marksKey = "unchanged"
	// markSize is how many bytes of a SHA-256 are kept: Terraform writes the whole state
	// after each resource, so that every byte counts.
	markSize = 12
)

// marks are the fingerprints of what the next read and the next plan of a resource that
// was just applied are known to leave as it is; empty ones are of neither.
type marks struct{ Read, Plan string }

// subject is all that both the read and the plan of an unchanged resource depend on.
type subject struct {
	// Conduct stands for the provider's version and the settings that both depend on.
	Conduct      string
	Type         string
	State        *tfprotov6.DynamicValue
	Identity     *tfprotov6.ResourceIdentityData
	Private      private
	ProviderMeta *tfprotov6.DynamicValue
}

// fingerprint is a subject's, nil where it has none because something can't be read.
type fingerprint []byte

func (s subject) fingerprint() fingerprint {
	if s.State == nil || hasValue(s.ProviderMeta) {
		return nil
	}
	sum := sha256.New()
	put(sum, []byte(s.Conduct), []byte(s.Type))
	for _, key := range slices.Sorted(maps.Keys(s.Private)) {
		if key != marksKey && key != fw.SeenKey {
			put(sum, []byte(key), s.Private[key])
		}
	}
	values := []*tfprotov6.DynamicValue{s.State}
	if s.Identity != nil {
		values = append(values, s.Identity.IdentityData)
	}
	for _, value := range values {
		digest, err := digestOf(value)
		if err != nil {
			return nil
		}
		put(sum, digest)
	}
	return sum.Sum(nil)
}

// read is the mark of a read that finds the object in that version.
func (f fingerprint) read(version string) string {
	if version == "" {
		return ""
	}
	return f.mark("read", []byte(version))
}

// plan is the mark of a plan. Which version of the object was seen makes no difference to
// it.
func (f fingerprint) plan(config *tfprotov6.DynamicValue) string {
	if config == nil {
		return ""
	}
	return f.mark("plan", config.MsgPack)
}

func (f fingerprint) mark(of string, more []byte) string {
	if f == nil {
		return ""
	}
	sum := sha256.New()
	put(sum, f, []byte(of), more)
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:markSize])
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

// seen is what the apply that has just ended knows of its object, if its kind has such
// knowledge.
func (p private) seen() (fw.Seen, bool) {
	var seen fw.Seen
	err := json.Unmarshal(p[fw.SeenKey], &seen)
	return seen, err == nil
}

// marks are none where they can't be read.
func (p private) marks() marks {
	var text string
	if err := json.Unmarshal(p[marksKey], &text); err != nil {
		return marks{}
	}
	read, plan, _ := strings.Cut(text, ".")
	return marks{Read: read, Plan: plan}
}

// with returns the private state with the marks in it, and without what they were made
// from.
func (p private) with(m marks) ([]byte, error) {
	saved := maps.Clone(p)
	delete(saved, fw.SeenKey)
	delete(saved, marksKey)
	if m != (marks{}) {
		text, err := json.Marshal(m.Read + "." + m.Plan)
		if err != nil {
			return nil, err
		}
		saved[marksKey] = text
	}
	if len(saved) == 0 {
		return nil, nil
	}
	return json.Marshal(saved)
}
