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
		"1e999":                {Body: body(`quota = { cpu = "1e999" }`), At: "quota", Says: "out of the range that Kubernetes can store"},
		"in a limit range":     {Body: body(`limit_range = { container = { default = { cpu = "lots" } } }`), At: "limit_range", Says: "not a Kubernetes quantity"},
		"in extra":             {Body: body(`quota = { extra = { "count/pods" = "-1" } }`), At: "quota", Says: "negative"},
		"null in extra":        {Body: body(`quota = { extra = { "count/pods" = null } }`), At: "quota", Says: "leave the key out"},
		"a negative count":     {Body: body(`quota = { instances = -1 }`), At: "quota", Says: "0 or more"},
		"a quota key":          {Body: body(`quota = { extra = { oranges = "1" } }`), At: "quota", Says: "must be one of"},
		"a malformed key":      {Body: body(`quota = { extra = { "count/a b" = "1" } }`), At: "quota", Says: "a quota's key"},
		"a key with a home":    {Body: body(`quota = { extra = { pods = "1" } }`), At: "quota", Says: "`instances`"},
		"min above max":        {Body: body(`limit_range = { container = { min = { cpu = "2" }, max = { cpu = "1" } } }`), At: "limit_range", Says: "more than max"},
		"default above max":    {Body: body(`limit_range = { container = { default = { cpu = "2" }, max = { cpu = "1" } } }`), At: "limit_range", Says: "more than max"},
		"default below min":    {Body: body(`limit_range = { container = { default = { cpu = "1" }, min = { cpu = "2" } } }`), At: "limit_range", Says: "more than default"},
		"a ratio out of reach": {Body: body(`limit_range = { container = { min = { cpu = "100m" }, max = { cpu = "1" }, max_limit_request_ratio = { cpu = "20" } } }`), At: "limit_range", Says: "at most max divided by min"},
		"half a GPU requested": {Body: body(`limit_range = { container = { default = { "example.com/gpu" = "2" }, default_request = { "example.com/gpu" = "1" } } }`), At: "limit_range", Says: "leave default_request out"},
		"a resource of none":   {Body: body(`limit_range = { container = { default = { disk = "1Gi" } } }`), At: "limit_range", Says: "must be one of cpu, memory"},
		"half an object":       {Body: body(`quota = { extra = { "count/jobs.batch" = "1.5" } }`), At: "quota", Says: "isn't a whole number"},
		"a short key":          {Body: body(`quota = { extra = { cpu = "1" } }`), At: "quota", Says: "use the attribute `requests_cpu`"},
		"label key":            {Body: body(`labels = { "a b" = "c" }`), At: "labels", Says: "a label's key"},
		"label value":          {Body: body(`labels = { a = "b c" }`), At: "labels", Says: "a label's value"},
		"a reserved label":     {Body: body(`labels = { "topology.kubernetes.io/region" = "eu" }`), At: "labels", Says: "`region`"},
		"a null label":         {Body: body(`labels = { a = null }`), At: "labels", Says: "null"},
		"region":               {Body: body(`region = "us east"`), At: "region", Says: "a label's value"},
		"an empty region":      {Body: body(`region = ""`), At: "region", Says: "can't be empty"},
		"annotation":           {Body: body(`annotations = { "mar.headgym.com/x" = "c" }`), At: "annotations", Says: "own records"},

		"a scope that doesn't allow a key":        {Body: body(`scoped_quotas = { a = { scopes = ["BestEffort"], cpu = "1" } }`), At: "scoped_quotas", Says: "A quota with the scope BestEffort can't limit limits.cpu. It allows instances."},
		"a scope that doesn't allow an extra key": {Body: body(`scoped_quotas = { a = { scopes = ["Terminating"], extra = { "requests.ephemeral-storage" = "1" } } }`), At: "scoped_quotas", Says: "can't limit requests.ephemeral-storage"},
		"a scope of volumes":                      {Body: body(`scoped_quotas = { a = { scopes = ["VolumeAttributesClass"], instances = 1 } }`), At: "scoped_quotas", Says: "It allows storage, volumes."},
		"scopes that contradict":                  {Body: body(`scoped_quotas = { a = { scopes = ["Terminating", "NotTerminating"], instances = 1 } }`), At: "scoped_quotas", Says: "Nothing is both Terminating and NotTerminating"},
		"an unknown scope":                        {Body: body(`scoped_quotas = { a = { scopes = ["Ending"], instances = 1 } }`), At: "scoped_quotas", Says: "must be one of"},
		"no scope":                                {Body: body(`scoped_quotas = { a = { scopes = [], instances = 1 } }`), At: "scoped_quotas", Says: "at least 1"},
		"priority classes without their scope":    {Body: body(`scoped_quotas = { a = { scopes = ["Terminating"], priority_classes = ["high"], instances = 1 } }`), At: "scoped_quotas", Says: "add \"PriorityClass\" to scopes"},
		"a negative scoped quota":                 {Body: body(`scoped_quotas = { a = { scopes = ["Terminating"], cpu = "-1" } }`), At: "scoped_quotas", Says: "negative"},
		"a scoped quota's key":                    {Body: body(`scoped_quotas = { "A b" = { scopes = ["Terminating"] } }`), At: "scoped_quotas", Says: "mar-quota-<key>"},

		"a null scope":                  {Body: body(`scoped_quotas = { a = { scopes = [null], instances = 1 } }`), At: "scoped_quotas", Says: "is null"},
		"a null priority class":         {Body: body(`scoped_quotas = { a = { scopes = ["PriorityClass"], priority_classes = [null], instances = 1 } }`), At: "scoped_quotas", Says: "is null"},
		"a short key of a scoped quota": {Body: body(`scoped_quotas = { a = { scopes = ["Terminating"], extra = { memory = "1" } } }`), At: "scoped_quotas", Says: "use the attribute `requests_memory`"},

		"a null user":                           {Body: body(`access = { a = { role = "view", users = [null] } }`), At: "access", Says: "is null"},
		"a null group":                          {Body: body(`access = { a = { role = "view", groups = [null] } }`), At: "access", Says: "is null"},
		"a null service account in access":      {Body: body(`access = { a = { role = "view", service_accounts = [null] } }`), At: "access", Says: "is null"},
		"a null service account":                {Body: body(`service_accounts = [null]`), At: "service_accounts", Says: "is null"},
		"an access key":                         {Body: body(`access = { "A_b" = { role = "view", users = ["jane"] } }`), At: "access", Says: "mar-<key>"},
		"neither role nor rules":                {Body: body(`access = { a = { users = ["jane"] } }`), At: "access", Says: "Neither a role nor rules"},
		"both role and rules":                   {Body: body(`access = { a = { role = "view", rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }], users = ["jane"] } }`), At: "access", Says: "Both a role and rules"},
		"no subject":                            {Body: body(`access = { a = { role = "view", users = [] } }`), At: "access", Says: "Access for nobody"},
		"a user without a name":                 {Body: body(`access = { a = { role = "view", users = [""] } }`), At: "access", Says: "can't be empty"},
		"a group without a name":                {Body: body(`access = { a = { role = "view", groups = [""] } }`), At: "access", Says: "can't be empty"},
		"a service account without a namespace": {Body: body(`access = { a = { role = "view", service_accounts = ["deployer"] } }`), At: "access", Says: "write its namespace in front, such as prod/deployer"},
		"a service account without a name":      {Body: body(`access = { a = { role = "view", service_accounts = ["prod/"] } }`), At: "access", Says: "the name:"},
		"the same access twice":                 {Body: body(`access = { a = { role = "view", users = ["jane", "joe"] }, b = { role = "view", users = ["joe", "jane"], groups = [] } }`), At: "access", Says: `access["b"] and access["a"] give the same subjects the same access`},
		"the same rules twice":                  {Body: body(`access = { a = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }], users = ["jane"] }, b = { rules = [{ api_groups = [""], resources = ["pods"], verbs = ["get"] }], users = ["jane"] } }`), At: "access", Says: "The same access twice"},
		"a rule without verbs":                  {Body: body(`access = { a = { rules = [{ api_groups = [""], resources = ["pods"], verbs = [] }], users = ["jane"] } }`), At: "access", Says: "at least 1"},
		"a role with a slash":                   {Body: body(`access = { a = { role = "a/b", users = ["jane"] } }`), At: "access", Says: "a ClusterRole's name"},
		"a service account's name":              {Body: body(`service_accounts = ["A"]`), At: "service_accounts", Says: "a service account's name"},
		"the default service account":           {Body: body(`service_accounts = ["default"]`), At: "service_accounts", Says: "Kubernetes puts that ServiceAccount into every namespace"},
		"an unknown Pod Security level":         {Body: body(`pod_security = { enforce = "strict" }`), At: "pod_security", Says: "must be one of"},
		"an unknown Pod Security version":       {Body: body(`pod_security = { enforce = "baseline", version = "1.34" }`), At: "pod_security", Says: "such as v1.34"},
		"Pod Security without a level":          {Body: body(`pod_security = { version = "latest" }`), At: "pod_security", Says: "without a level"},
		"Pod Security in labels too":            {Body: body("pod_security = { enforce = \"baseline\" }\n  labels = { \"pod-security.kubernetes.io/warn\" = \"baseline\" }"), At: "labels", Says: "Pod Security is set twice"},
		"rules under a default of allow":        {Body: body(`network = { ingress = { default = "allow", rules = [{ anywhere = true }] } }`), At: "network", Says: "Rules under a default of allow"},
		"a CIDR that isn't one":                 {Body: body(`network = { ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/99" }] } }`), At: "network", Says: "10.0.0.0/99"},
		"an exception outside its CIDR":         {Body: body(`network = { ingress = { default = "deny", rules = [{ cidr = "10.0.0.0/8", except = ["11.0.0.0/16"] }] } }`), At: "network", Says: "11.0.0.0/16"},
		"a port range upside down":              {Body: body(`network = { ingress = { default = "deny", rules = [{ anywhere = true, ports = ["90-80"] }] } }`), At: "network", Says: "90-80"},
		"a rule for nobody":                     {Body: body(`network = { ingress = { default = "deny", rules = [{ ports = ["80"] }] } }`), At: "network", Says: "anywhere"},
	})
	if err := acctest.Server(t, gone(name))(nil); err != nil {
		t.Error(err)
	}
}
