package cluster_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Bad input is refused at plan time, on its attribute, and nothing is made.
func TestAccCluster_badInputIsRefusedAtPlan(t *testing.T) {
	long := strings.Repeat("a", 64)
	for title, c := range map[string]struct {
		name, body string
		// at is the line that core points at, says part of the message.
		at, says string
	}{
		"upper case name":      {name: "Dev", at: `name = "Dev"`, says: "lower case"},
		"64 characters":        {name: long, at: "name = ", says: "63"},
		"a dot":                {name: "a.b", at: `name = "a.b"`, says: "dots"},
		"a reserved namespace": {name: "kube-system", at: `name = "kube-system"`, says: "belongs to Kubernetes"},
		"default":              {name: "default", at: `name = "default"`, says: "belongs to Kubernetes"},
		"4GB":                  {body: `quota = { memory = "4GB" }`, at: "quota", says: `perhaps "4G" is meant`},
		"-1":                   {body: `quota = { cpu = "-1" }`, at: "quota", says: "negative"},
		"empty quantity":       {body: `quota = { cpu = "" }`, at: "quota", says: "is empty"},
		"1e999":                {body: `quota = { cpu = "1e999" }`, at: "quota", says: "outside of what Kubernetes can hold"},
		"in a limit range":     {body: `limit_range = { container = { default = { cpu = "lots" } } }`, at: "limit_range", says: "not a Kubernetes quantity"},
		"in extra":             {body: `quota = { extra = { "count/pods" = "-1" } }`, at: "quota", says: "negative"},
		"null in extra":        {body: `quota = { extra = { "count/pods" = null } }`, at: "quota", says: "leave the key out"},
		"a negative count":     {body: `quota = { instances = -1 }`, at: "quota", says: "at least 0"},
		"a quota key":          {body: `quota = { extra = { oranges = "1" } }`, at: "quota", says: "must be one of"},
		"a malformed key":      {body: `quota = { extra = { "count/a b" = "1" } }`, at: "quota", says: "a quota's key"},
		"a key with a home":    {body: `quota = { extra = { pods = "1" } }`, at: "quota", says: "`instances`"},
		"min above max":        {body: `limit_range = { container = { min = { cpu = "2" }, max = { cpu = "1" } } }`, at: "limit_range", says: "more than max"},
		"default above max":    {body: `limit_range = { container = { default = { cpu = "2" }, max = { cpu = "1" } } }`, at: "limit_range", says: "more than max"},
		"default below min":    {body: `limit_range = { container = { default = { cpu = "1" }, min = { cpu = "2" } } }`, at: "limit_range", says: "more than default"},
		"label key":            {body: `labels = { "a b" = "c" }`, at: "labels", says: "a label's key"},
		"label value":          {body: `labels = { a = "b c" }`, at: "labels", says: "a label's value"},
		"a reserved label":     {body: `labels = { "topology.kubernetes.io/region" = "eu" }`, at: "labels", says: "`region`"},
		"a null label":         {body: `labels = { a = null }`, at: "labels", says: "(?i)null"},
		"region":               {body: `region = "us east"`, at: "region", says: "a label's value"},
		"annotation":           {body: `annotations = { "mar.headgym.com/x" = "c" }`, at: "annotations", says: "own records"},
	} {
		t.Run(title, func(t *testing.T) {
			name := acctest.ClusterName(t)
			check := resource.TestCheckFunc(nil)
			if c.name != "" {
				name = c.name
			} else {
				check = acctest.Server(t, gone(name))
			}
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Providers(),
				Steps: []resource.TestStep{{
					Config:      config(name, c.body),
					ExpectError: regexp.MustCompile(`(?s)on \S+ line \d+, in resource "mar_cluster" "test":\s+\d+:\s+` + regexp.QuoteMeta(c.at) + `.*` + loosely(c.says)),
				}},
			})
			if check != nil {
				if err := check(nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// loosely lets core's line breaks stand between words.
func loosely(pattern string) string {
	return strings.ReplaceAll(pattern, " ", `\s+`)
}
