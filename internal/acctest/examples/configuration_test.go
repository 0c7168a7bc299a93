package examples_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// configuration is an example made ready to be applied: complete, and with
// cluster names that nobody else has.
type configuration struct {
	files map[string]string
	// names are the clusters' new names by those of the example.
	names map[string]string
	// made are the clusters that the configuration makes, by their new names.
	made []string
}

var (
	madeCluster = regexp.MustCompile(`resource "mar_cluster" "[^"]+" \{\s*name\s*=\s*"([^"]+)"`)
	readCluster = regexp.MustCompile(`data "mar_cluster" "[^"]+" \{\s*name\s*=\s*"([^"]+)"`)
	// placedInstance has the name of a cluster that is there before the instance.
	placedInstance = regexp.MustCompile(`resource "mar_instance" "[^"]+" \{\s*cluster\s*=\s*"([^"]+)"`)
	// readInstance has the cluster's name and the instance's.
	readInstance = regexp.MustCompile(`data "mar_instance" "[^"]+" \{\s*cluster\s*=\s*"([^"]+)"\s*name\s*=\s*"([^"]+)"`)
	// readInstances has the cluster's name.
	readInstances = regexp.MustCompile(`data "mar_instances" "[^"]+" \{\s*cluster\s*=\s*"([^"]+)"`)
	// listedInstances and usedAccount have the cluster's name, usedAccount the account's too.
	listedInstances = regexp.MustCompile(`list "mar_instance" "[^"]+" \{[^}]*\bcluster\s*=\s*"([^"]+)"`)
	usedAccount     = regexp.MustCompile(`ephemeral "mar_cluster_credentials" "[^"]+" \{\s*cluster\s*=\s*"([^"]+)"\s*service_account\s*=\s*"([^"]+)"`)
	readClusters    = regexp.MustCompile(`data "mar_clusters" `)
	usedCluster     = regexp.MustCompile(`\bmar_cluster\.(\w+)\.`)
	waitsForEnd     = regexp.MustCompile(`(?m)^\s*wait_for\s*=\s*"Succeeded"$`)
)

func configurationOf(t *testing.T, files map[string]string) configuration {
	t.Helper()
	c := configuration{files: maps.Clone(files), names: map[string]string{}}
	c.complete()
	all := c.text()
	for _, match := range madeCluster.FindAllStringSubmatch(all, -1) {
		c.names[match[1]] = acctest.ClusterName(t)
		c.made = append(c.made, c.names[match[1]])
	}
	there := slices.Concat(readCluster.FindAllStringSubmatch(all, -1), readInstance.FindAllStringSubmatch(all, -1),
		readInstances.FindAllStringSubmatch(all, -1), placedInstance.FindAllStringSubmatch(all, -1),
		listedInstances.FindAllStringSubmatch(all, -1), usedAccount.FindAllStringSubmatch(all, -1))
	for _, match := range there {
		if c.names[match[1]] == "" {
			c.names[match[1]] = acctest.Namespace(t)
		}
	}
	for name, text := range c.files {
		c.files[name] = c.renamed(text)
	}
	return c
}

// complete adds what an example leaves to its reader: where the provider comes
// from, and a cluster that it refers to.
func (c configuration) complete() {
	all := c.text()
	if !strings.Contains(all, "required_providers") {
		c.files["required.tf"] = `terraform {
  required_providers {
    mar = {
      source = "headgym/mar"
    }
  }
}
`
	}
	for _, match := range usedCluster.FindAllStringSubmatch(all, -1) {
		name := match[1]
		if !strings.Contains(all, fmt.Sprintf(`"mar_cluster" %q`, name)) {
			c.files["cluster_"+name+".tf"] = clusterBlock(name)
		}
	}
	// The embedded cluster runs no programs, so a job has to be told to end.
	for name, text := range c.files {
		if os.Getenv("MAR_TEST_KUBECONFIG") == "" {
			c.files[name] = waitsForEnd.ReplaceAllString(text, "$0\n  annotations = { \"devcluster.mar.headgym.com/behavior\" = \"succeeded\" }")
		}
	}
}

func clusterBlock(name string) string {
	return fmt.Sprintf("resource \"mar_cluster\" %q {\n  name = %q\n}\n", name, name)
}

func (c configuration) text() string {
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		all.WriteString(c.files[name] + "\n")
	}
	return all.String()
}

// renamed puts the new names where the example has the old ones: as names, and
// in IDs.
func (c configuration) renamed(text string) string {
	for old, unique := range c.names {
		named := regexp.MustCompile(`(\b(?:name|cluster|id)\s*=\s*")` + regexp.QuoteMeta(old) + `("|/)`)
		text = named.ReplaceAllString(text, "${1}"+unique+"${2}")
	}
	return text
}

// write puts the files into a folder that Terraform can be run in.
func (c configuration) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range c.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// with is the same configuration and one more file.
func (c configuration) with(name, text string) configuration {
	c.files = maps.Clone(c.files)
	c.files[name] = c.renamed(text)
	return c
}
