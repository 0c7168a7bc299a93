package keycheck

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Key is a key that the schema doesn't have.
type Key struct {
	Name string
	// In is the object that has it, such as `volumes["data"].empty_dir`. Has are that object's
	// possible keys.
	In  string
	Has []string
	// Nearest is the key that was probably meant, or empty.
	Nearest string
	File    string
	Line    int
	// Path leads to the key as far as the way is certain.
	Path *tftypes.AttributePath
}

// Block is a block with one of the provider's types.
type Block struct {
	Kind Kind
	Type string
	// Keys are the keys that the schema doesn't have.
	Keys []Key

	sets     map[string]bool
	literals []literal
}

// DataFolder is where Terraform keeps what it installed for the root module.
func DataFolder(root string) string {
	if folder := os.Getenv("TF_DATA_DIR"); folder != "" {
		return folder
	}
	return filepath.Join(root, ".terraform")
}

// Read returns the blocks of the root module and of the modules that it calls. It returns nothing
// if no block has unknown keys. Data is the folder where Terraform lists the installed modules.
func Read(root, data string, schemas Schemas) []*Block {
	room := mostOfAll
	known := shapes(schemas)
	var found []*Block
	for _, folder := range folders(root, data) {
		found = append(found, readModule(files(folder, &room), known)...)
	}
	if !slices.ContainsFunc(found, func(b *Block) bool { return len(b.Keys) > 0 }) {
		return nil
	}
	return found
}

// address is the block's address in its module.
type address struct {
	kind           Kind
	typeName, name string
}

// readModule returns the blocks of one folder. Attributes in override files replace those in other
// files.
func readModule(files []file, known map[Kind]map[string]shape) []*Block {
	all := map[address]hcl.Attributes{}
	for _, f := range files {
		for at, attributes := range readFile(f, known) {
			if !f.overrides || all[at] == nil {
				all[at] = attributes
				continue
			}
			maps.Copy(all[at], attributes)
		}
	}
	var found []*Block
	for _, at := range slices.SortedFunc(maps.Keys(all), compareAddresses) {
		attributes := all[at]
		block := &Block{Kind: at.kind, Type: at.typeName, sets: map[string]bool{}}
		w := walk{block: block}
		w.body(attributes, known[at.kind][at.typeName])
		found = append(found, block)
	}
	return found
}

func compareAddresses(a, b address) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.typeName, b.typeName), cmp.Compare(a.name, b.name))
}

func compare(a, b Key) int {
	return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line)
}

// readFile returns the arguments of the file's blocks with the provider's types. A file that can't
// be parsed, or that makes the parser panic, has none: a warning isn't worth a failed plan.
func readFile(f file, known map[Kind]map[string]shape) (found map[address]hcl.Attributes) {
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	content, _, diags := parse(f).PartialContent(headers())
	if diags.HasErrors() {
		return nil
	}
	found = map[address]hcl.Attributes{}
	for _, block := range content.Blocks {
		at := address{kind: Kind(block.Type), typeName: block.Labels[0], name: block.Labels[1]}
		s, isOurs := known[at.kind][at.typeName]
		if !isOurs {
			continue
		}
		if arguments := arguments(block); arguments != nil {
			found[at] = declared(arguments, s)
		}
	}
	return found
}

func parse(f file) hcl.Body {
	var (
		parsed *hcl.File
		diags  hcl.Diagnostics
	)
	if strings.HasSuffix(f.path, ".json") {
		parsed, diags = hcljson.Parse(f.content, f.path)
	} else {
		parsed, diags = hclsyntax.ParseConfig(f.content, f.path, hcl.InitialPos)
	}
	if diags.HasErrors() || parsed == nil {
		return hcl.EmptyBody()
	}
	return parsed.Body
}

func headers() *hcl.BodySchema {
	s := &hcl.BodySchema{}
	for _, kind := range []Kind{Resource, DataSource, Ephemeral, Action, List} {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: string(kind), LabelNames: []string{"type", "name"}})
	}
	return s
}

// arguments returns the part of the body that the schema describes, or nil.
func arguments(block *hcl.Block) hcl.Body {
	if kind := Kind(block.Type); kind != Action && kind != List {
		return block.Body
	}
	content, _, diags := block.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "config"}}})
	if diags.HasErrors() || len(content.Blocks) != 1 {
		return nil
	}
	return content.Blocks[0].Body
}

// declared returns those attributes of a body that the shape has.
func declared(body hcl.Body, s shape) hcl.Attributes {
	schema := &hcl.BodySchema{}
	for name := range s.attributes {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: name})
	}
	content, _, diags := body.PartialContent(schema)
	if diags.HasErrors() {
		return nil
	}
	return content.Attributes
}
