package cluster_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// Bad input is refused at plan time, on its attribute, and nothing is made.
func TestAccCluster_badInputIsRefusedAtPlan(t *testing.T) {
	name := acctest.ClusterName(t)
	body := func(attributes string) string { return fmt.Sprintf("  name = %q\n  %s", name, attributes) }
	acctest.Refuse(t, "mar_cluster", map[string]acctest.Refused{
		"upper case name":      {Body: `name = "Dev"`, At: `name = "Dev"`, Says: "lower case"},
		"64 characters":        {Body: fmt.Sprintf("name = %q", strings.Repeat("a", 64)), At: "name = ", Says: "63"},
		"a dot":                {Body: `name = "a.b"`, At: `name = "a.b"`, Says: "dots"},
		"a reserved namespace": {Body: `name = "kube-system"`, At: `name = "kube-system"`, Says: "belongs to Kubernetes"},
		"default":              {Body: `name = "default"`, At: `name = "default"`, Says: "belongs to Kubernetes"},
		"4GB":                  {Body: body(`quota = { memory = "4GB" }`), At: "quota", Says: `perhaps "4G" is meant`},
		"-1":                   {Body: body(`quota = { cpu = "-1" }`), At: "quota", Says: "negative"},
		"empty quantity":       {Body: body(`quota = { cpu = "" }`), At: "quota", Says: "is empty"},
		"1e999":                {Body: body(`quota = { cpu = "1e999" }`), At: "quota", Says: "outside of what Kubernetes can hold"},
		"in a limit range":     {Body: body(`limit_range = { container = { default = { cpu = "lots" } } }`), At: "limit_range", Says: "not a Kubernetes quantity"},
		"in extra":             {Body: body(`quota = { extra = { "count/pods" = "-1" } }`), At: "quota", Says: "negative"},
		"null in extra":        {Body: body(`quota = { extra = { "count/pods" = null } }`), At: "quota", Says: "leave the key out"},
		"a negative count":     {Body: body(`quota = { instances = -1 }`), At: "quota", Says: "at least 0"},
		"a quota key":          {Body: body(`quota = { extra = { oranges = "1" } }`), At: "quota", Says: "must be one of"},
		"a malformed key":      {Body: body(`quota = { extra = { "count/a b" = "1" } }`), At: "quota", Says: "a quota's key"},
		"a key with a home":    {Body: body(`quota = { extra = { pods = "1" } }`), At: "quota", Says: "`instances`"},
		"min above max":        {Body: body(`limit_range = { container = { min = { cpu = "2" }, max = { cpu = "1" } } }`), At: "limit_range", Says: "more than max"},
		"default above max":    {Body: body(`limit_range = { container = { default = { cpu = "2" }, max = { cpu = "1" } } }`), At: "limit_range", Says: "more than max"},
		"default below min":    {Body: body(`limit_range = { container = { default = { cpu = "1" }, min = { cpu = "2" } } }`), At: "limit_range", Says: "more than default"},
		"label key":            {Body: body(`labels = { "a b" = "c" }`), At: "labels", Says: "a label's key"},
		"label value":          {Body: body(`labels = { a = "b c" }`), At: "labels", Says: "a label's value"},
		"a reserved label":     {Body: body(`labels = { "topology.kubernetes.io/region" = "eu" }`), At: "labels", Says: "`region`"},
		"a null label":         {Body: body(`labels = { a = null }`), At: "labels", Says: "null"},
		"region":               {Body: body(`region = "us east"`), At: "region", Says: "a label's value"},
		"an empty region":      {Body: body(`region = ""`), At: "region", Says: "at least 1"},
		"annotation":           {Body: body(`annotations = { "mar.headgym.com/x" = "c" }`), At: "annotations", Says: "own records"},
	})
	if err := acctest.Server(t, gone(name))(nil); err != nil {
		t.Error(err)
	}
}
