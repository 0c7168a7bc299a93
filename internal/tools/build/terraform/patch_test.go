package terraform

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func TestPatchGoMod(t *testing.T) {
	const source = `module github.com/hashicorp/terraform

go 1.26.8

godebug winsymlink=0

godebug tlskyber=0

require (
	github.com/hashicorp/hcl/v2 v2.24.0
	github.com/hashicorp/terraform/internal/backend/remote-state/azure v0.0.0-00010101000000-000000000000
	github.com/hashicorp/terraform/internal/legacy v0.0.0-00010101000000-000000000000
	github.com/zclconf/go-cty v1.17.0 // indirect
)

replace github.com/hashicorp/terraform/internal/backend/remote-state/azure => ./internal/backend/remote-state/azure

replace github.com/hashicorp/terraform/internal/legacy => ./internal/legacy

replace github.com/hashicorp/hcl/v2 => github.com/hashicorp/hcl/v2 v2.25.0
`
	const want = `module github.com/hashicorp/terraform

go 1.26.8

godebug winsymlink=0

require (
	github.com/hashicorp/hcl/v2 v2.24.0
	github.com/zclconf/go-cty v1.17.0 // indirect
)

replace github.com/hashicorp/hcl/v2 => github.com/hashicorp/hcl/v2 v2.25.0
`
	got, err := patchGoMod([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPatchGoMod_leavesAModuleWithoutNestedOnesAlone(t *testing.T) {
	const source = "module github.com/hashicorp/terraform\n\ngo 1.22.0\n\nrequire github.com/hashicorp/hcl/v2 v2.20.0\n"

	got, err := patchGoMod([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != source {
		t.Errorf("got:\n%s\nwant it unchanged", got)
	}
}

func TestPatchGoMod_refusesWhatIsNoGoMod(t *testing.T) {
	if _, err := patchGoMod([]byte("modul x")); err == nil {
		t.Error("no error")
	}
}

func TestDropCloudBackends(t *testing.T) {
	const source = `package init

import (
	"sync"

	backendLocal "github.com/hashicorp/terraform/internal/backend/local"
	backendRemote "github.com/hashicorp/terraform/internal/backend/remote"
	backendAzure "github.com/hashicorp/terraform/internal/backend/remote-state/azure"
	"github.com/hashicorp/terraform/internal/backend/remote-state/gcs"
	backendHTTP "github.com/hashicorp/terraform/internal/backend/remote-state/http"
	backendInmem "github.com/hashicorp/terraform/internal/backend/remote-state/inmem"
	backendS3 "github.com/hashicorp/terraform/internal/backend/remote-state/s3"
)

func Init(services *disco.Disco) {
	backends = map[string]backend.InitFn{
		"local":  func() backend.Backend { return backendLocal.New() },
		"remote": func() backend.Backend { return backendRemote.New(services) },

		"azurerm": func() backend.Backend { return backendAzure.New() },
		"gcs":     func() backend.Backend { return gcs.New() },
		"http":    func() backend.Backend { return backendHTTP.New() },
		"inmem":   func() backend.Backend { return backendInmem.New() },
		"s3": func() backend.Backend {
			return backendS3.New()
		},
	}
}
`
	const want = `package init

import (
	"sync"

	backendLocal "github.com/hashicorp/terraform/internal/backend/local"
	backendRemote "github.com/hashicorp/terraform/internal/backend/remote"
	backendHTTP "github.com/hashicorp/terraform/internal/backend/remote-state/http"
	backendInmem "github.com/hashicorp/terraform/internal/backend/remote-state/inmem"
)

func Init(services *disco.Disco) {
	backends = map[string]backend.InitFn{
		"local":  func() backend.Backend { return backendLocal.New() },
		"remote": func() backend.Backend { return backendRemote.New(services) },

		"http":    func() backend.Backend { return backendHTTP.New() },
		"inmem":   func() backend.Backend { return backendInmem.New() },
	}
}
`
	got, err := dropCloudBackends([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "init.go", got, 0); err != nil {
		t.Errorf("what is left doesn't parse: %v", err)
	}
}

func TestDropCloudBackends_refusesWhatIsNoGo(t *testing.T) {
	_, err := dropCloudBackends([]byte("package"))
	if err == nil || !strings.Contains(err.Error(), "init.go") {
		t.Errorf("got %v, want an error that names init.go", err)
	}
}
