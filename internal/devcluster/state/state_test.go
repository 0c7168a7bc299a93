package state

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/headgym/terraform-provider-mar/internal/devcluster/controlplane"
	"github.com/headgym/terraform-provider-mar/internal/devcluster/process"
)

func sample() State {
	return State{
		Version: formatVersion,
		Ports:   controlplane.Ports{Etcd: 1, APIServer: 2},
		Components: []Component{{
			Name:      "etcd",
			Process:   process.Identity{PID: 42, Started: "then"},
			StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			Args:      []string{"etcd", "--name=x"},
			Binary:    Binary{Path: "/bin/x", SHA256: "abc", Version: "v1"},
		}},
	}
}

func TestWriteThenRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	if _, ok, err := Read(path); ok || err != nil {
		t.Fatalf("a missing file reads as %t, %v", ok, err)
	}
	if err := Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	got, ok, err := Read(path)
	if !ok || err != nil {
		t.Fatalf("the file reads as %t, %v", ok, err)
	}
	if !reflect.DeepEqual(got, sample()) {
		t.Errorf("read %+v, want %+v", got, sample())
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
}

func TestRead_refuses(t *testing.T) {
	for name, tc := range map[string]struct{ content, says string }{
		"half a file":    {`{"version":1,`, "unexpected end"},
		"another format": {`{"version":2}`, "its version is 2, and this program knows version 1"},
		"no version":     {`{}`, "its version is 0"},
		"another type":   {`[]`, "cannot unmarshal"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, ok, err := Read(path)
			if ok || err == nil || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("it reads as %t, %v", ok, err)
			}
		})
	}
}

func TestWith(t *testing.T) {
	before := sample()
	replaced := before.With(Component{Name: "etcd", Process: process.Identity{PID: 43}})
	if got, _ := replaced.Find("etcd"); got.Process.PID != 43 || len(replaced.Components) != 1 {
		t.Errorf("replacing gives %+v", replaced)
	}
	added := before.With(Component{Name: "kwok"})
	if _, ok := added.Find("kwok"); !ok || len(added.Components) != 2 {
		t.Errorf("adding gives %+v", added)
	}
	if !reflect.DeepEqual(before, sample()) {
		t.Errorf("the state that it was added to changed: %+v", before)
	}
	if _, ok := before.Find("kube-scheduler"); ok {
		t.Error("found what isn't there")
	}
}

func TestSameBuild(t *testing.T) {
	one := Binary{Path: "/a", SHA256: "x", Version: "v1"}
	for name, tc := range map[string]struct {
		other Binary
		want  bool
	}{
		"moved":   {Binary{Path: "/b", SHA256: "x", Version: "v1"}, true},
		"rebuilt": {Binary{Path: "/a", SHA256: "y", Version: "v1"}, false},
		"updated": {Binary{Path: "/a", SHA256: "x", Version: "v2"}, false},
	} {
		if got := one.SameBuild(tc.other); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
}

func TestNewPaths_areAbsolute(t *testing.T) {
	t.Chdir(t.TempDir())
	paths, err := NewPaths("some/dir")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{paths.Kubeconfig(), paths.Lock(), paths.PKI(), paths.Etcd(), paths.StateFile(), paths.Log("x"), paths.ComponentKubeconfig("x")} {
		if !filepath.IsAbs(path) || !strings.HasPrefix(path, paths.Dir) {
			t.Errorf("%s isn't an absolute path under %s", path, paths.Dir)
		}
	}
}
