package github_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const root = "../../.."

type workflow struct {
	On          yaml.Node         `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]job    `yaml:"jobs"`
}

type job struct {
	Uses        string            `yaml:"uses"`
	Needs       string            `yaml:"needs"`
	Environment string            `yaml:"environment"`
	Permissions map[string]string `yaml:"permissions"`
	Timeout     int               `yaml:"timeout-minutes"`
	Steps       []step            `yaml:"steps"`
}

type step struct {
	Uses string            `yaml:"uses"`
	Run  string            `yaml:"run"`
	With map[string]any    `yaml:"with"`
	Env  map[string]string `yaml:"env"`
}

// workflows are those that there are, and their texts, by the names of their files.
func workflows(t *testing.T) (map[string]workflow, map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no workflows: %v", err)
	}
	parsed, texts := map[string]workflow{}, map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var w workflow
		if err := yaml.Unmarshal(text, &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := filepath.Base(file)
		parsed[name], texts[name] = w, string(text)
	}
	return parsed, texts
}

// TestWorkflows_pinActionsByHash holds that nobody who moves a tag of an action runs code here.
func TestWorkflows_pinActionsByHash(t *testing.T) {
	_, texts := workflows(t)
	pinned := regexp.MustCompile(`^([\w-]+/[\w-]+)((?:/[\w-]+)*)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$`)
	hashes := map[string]string{}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			_, action, ok := strings.Cut(strings.TrimSpace(line), "uses: ")
			if !ok || strings.HasPrefix(action, "./") {
				continue
			}
			parts := pinned.FindStringSubmatch(action)
			if parts == nil {
				t.Errorf("%s: %s isn't pinned by a hash with its version behind it", name, action)
				continue
			}
			repository, hash := parts[1], parts[3]+" "+parts[4]
			if known, ok := hashes[repository]; ok && known != hash {
				t.Errorf("%s: %s is %s here, and %s elsewhere", name, repository, hash, known)
			}
			hashes[repository] = hash
		}
	}
}

// TestWorkflows_haveTheLeastPermissions holds that what a job may do is said at the job.
func TestWorkflows_haveTheLeastPermissions(t *testing.T) {
	writes := []string{
		"release.yml/build: attestations", "release.yml/build: id-token",
		"release.yml/publish: contents",
		"security.yml/codeql: security-events",
	}
	var found []string
	all, _ := workflows(t)
	for name, w := range all {
		if w.Permissions == nil || len(w.Permissions) > 0 {
			t.Errorf("%s: the permissions of all jobs are %v, not {}", name, w.Permissions)
		}
		for id, job := range w.Jobs {
			if len(job.Permissions) == 0 {
				t.Errorf("%s/%s says nothing of permissions", name, id)
			}
			for scope, access := range job.Permissions {
				if access == "write" {
					found = append(found, name+"/"+id+": "+scope)
				}
			}
		}
	}
	slices.Sort(found)
	if !slices.Equal(found, writes) {
		t.Errorf("these may write: %q, and not %q", found, writes)
	}
}

// TestWorkflows_leaveNoCredentialsAndEnd holds that a checkout leaves no token behind, and that no job hangs for hours.
func TestWorkflows_leaveNoCredentialsAndEnd(t *testing.T) {
	all, _ := workflows(t)
	for name, w := range all {
		for id, job := range w.Jobs {
			if job.Uses == "" && job.Timeout == 0 {
				t.Errorf("%s/%s has no timeout", name, id)
			}
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
					t.Errorf("%s/%s: the checkout keeps its token", name, id)
				}
				if strings.Contains(step.Run, "${{") {
					t.Errorf("%s/%s: what a stranger may have written is put into a script; use env: %s", name, id, step.Run)
				}
			}
		}
	}
}

// TestWorkflows_keepSecretsFromStrangers holds that no code of a pull request's meets a secret.
func TestWorkflows_keepSecretsFromStrangers(t *testing.T) {
	all, texts := workflows(t)
	for name, text := range texts {
		if strings.Contains(text, "pull_request_target") || strings.Contains(text, "workflow_run") {
			t.Errorf("%s runs for pull requests with the rights of the repository", name)
		}
		if name != "release.yml" && strings.Contains(text, "secrets.") {
			t.Errorf("%s has secrets", name)
		}
	}
	if job := all["release.yml"].Jobs["build"]; job.Environment != "release" {
		t.Error("the job with the private key isn't in the protected environment")
	}
}

// TestRelease_publishesWhatIsVerified holds the order of its jobs.
func TestRelease_publishesWhatIsVerified(t *testing.T) {
	all, texts := workflows(t)
	jobs := all["release.yml"].Jobs
	var order []string
	for id := "publish"; id != ""; id = jobs[id].Needs {
		order = append([]string{id}, order...)
	}
	if want := []string{"tests", "build", "verify", "publish"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q, not %q", order, want)
	}
	if len(jobs) != len(order) {
		t.Errorf("there are other jobs: %q", slices.Sorted(maps.Keys(jobs)))
	}
	if jobs["publish"].Environment != "release" {
		t.Error("nobody is asked before it is published")
	}
	if n := strings.Count(texts["release.yml"], "gh release"); n != 2 {
		t.Errorf("gh release is called %d times, not for the draft and its publication alone", n)
	}
}

// TestRelease_readsVariablesWhereTheyAre holds that a variable which a job outside of the environment reads isn't said to be
// in the environment: there it would be empty, without an error.
func TestRelease_readsVariablesWhereTheyAre(t *testing.T) {
	all, _ := workflows(t)
	contributing, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for name, w := range all {
		for id, job := range w.Jobs {
			for _, step := range job.Steps {
				for _, value := range step.Env {
					variable, ok := strings.CutPrefix(strings.Trim(value, "${} "), "vars.")
					if !ok {
						continue
					}
					read++
					if job.Environment == "" && !strings.Contains(string(contributing), "the repository's variable `"+variable+"`") {
						t.Errorf("%s/%s reads %s, which CONTRIBUTING.md doesn't call the repository's", name, id, variable)
					}
				}
			}
		}
	}
	if read == 0 {
		t.Error("no job reads the public key")
	}
}

// TestRelease_isBuiltByOneGo holds that who builds a release again is told the very Go that has built it.
func TestRelease_isBuiltByOneGo(t *testing.T) {
	_, texts := workflows(t)
	versions := regexp.MustCompile(`go-version: "(.*?)"`).FindAllStringSubmatch(texts["release.yml"], -1)
	security, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	if len(versions) != 2 {
		t.Errorf("Go is set up %d times, and not to build and to build again", len(versions))
	}
	for _, version := range versions {
		if !strings.Contains(string(security), "GOTOOLCHAIN=go"+version[1]+" ") {
			t.Errorf("it is built by %s, which SECURITY.md doesn't say", version[1])
		}
	}
}
