package instance_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/headgym/terraform-provider-mar/internal/acctest"
)

// TestAccInstance_badInputIsRefusedAtPlan holds that each is refused on its line
// by a plan, and that nothing is created.
func TestAccInstance_badInputIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	body := func(attributes string) string {
		return fmt.Sprintf("  cluster = %q\n  image = \"web:1\"\n  %s", cluster, attributes)
	}
	acctest.Refuse(t, "mar_instance", map[string]acctest.Refused{
		"upper case in the name":       {Body: body(`name = "Web"`), At: "name = ", Says: `lowercase`},
		"64 characters in the name":    {Body: body(fmt.Sprintf("name = %q", strings.Repeat("a", 64))), At: "name = ", Says: `63`},
		"a dot in the name":            {Body: body(`name = "we.b"`), At: "name = ", Says: `can't be an instance's name`},
		"no image":                     {Body: fmt.Sprintf("  cluster = %q\n  %s", cluster, `image = ""`), At: "image = ", Says: `at least 1`},
		"a space after the image":      {Body: fmt.Sprintf("  cluster = %q\n  %s", cluster, `image = "web:1 "`), At: "image = ", Says: `space`},
		"cpu that isn't one":           {Body: body(`cpu = "4GB"`), At: "cpu = ", Says: `not a Kubernetes quantity`},
		"negative memory":              {Body: body(`memory = "-1"`), At: "memory = ", Says: `negative`},
		"empty cpu":                    {Body: body(`cpu = ""`), At: "cpu = ", Says: `is empty`},
		"memory beyond all":            {Body: body(`memory = "1e999"`), At: "memory = ", Says: `out of the range`},
		"a bad amount in limits":       {Body: body(`limits = { ephemeral-storage = "4GB" }`), At: "limits = ", Says: `not a Kubernetes quantity`},
		"a bad amount in requests":     {Body: body(`requests = { cpu = "-1" }`), At: "requests = ", Says: `negative`},
		"request above cpu":            {Body: body("cpu = \"1\"\n  requests = { cpu = \"2\" }"), At: "requests = ", Says: `Request above the limit`},
		"request above a limit":        {Body: body("limits = { ephemeral-storage = \"1Gi\" }\n  requests = { ephemeral-storage = \"2Gi\" }"), At: "requests = ", Says: `Request above the limit`},
		"cpu in limits":                {Body: body(`limits = { cpu = "1" }`), At: "limits = ", Says: `attribute cpu`},
		"memory in limits":             {Body: body(`limits = { memory = "1Gi" }`), At: "limits = ", Says: `attribute memory`},
		"a resource that can't be one": {Body: body(`limits = { "a b" = "1" }`), At: "limits = ", Says: `can't be a key of limits`},
		"a label's key":                {Body: body(`labels = { "a b" = "1" }`), At: "labels = ", Says: `can't be a label's key`},
		"a label's value":              {Body: body(`labels = { a = "b c" }`), At: "labels = ", Says: `can't be a label's value`},
		"our label instance-id":        {Body: body(`labels = { instance-id = "x" }`), At: "labels = ", Says: `provider sets it`},
		"our label managed-by":         {Body: body(`labels = { "app.kubernetes.io/managed-by" = "x" }`), At: "labels = ", Says: `provider sets it`},
		"an annotation's key":          {Body: body(`annotations = { "a b" = "1" }`), At: "annotations = ", Says: `can't be an annotation's key`},
		"our annotations":              {Body: body(`annotations = { "mar.headgym.com/create-nonce" = "1" }`), At: "annotations = ", Says: `own records`},
		"port 0":                       {Body: body(`ports = { http = { port = 0 } }`), At: "ports = ", Says: `between 1 and 65535`},
		"port 70000":                   {Body: body(`ports = { http = { port = 70000 } }`), At: "ports = ", Says: `between 1 and 65535`},
		"a long port name":             {Body: body(`ports = { a-port-name-of-17 = { port = 80 } }`), At: "ports = ", Says: `15`},
		"one port twice":               {Body: body(`ports = { a = { port = 80 }, b = { port = 80 } }`), At: "ports = ", Says: `One port under two names`},
		"a protocol":                   {Body: body(`ports = { http = { port = 80, protocol = "ICMP" } }`), At: "ports = ", Says: `TCP`},
		"an environment variable":      {Body: body(`env = { "A=B" = "x" }`), At: "env = ", Says: `environment variable`},
		"no such service account":      {Body: body(`service_account = "Deployer"`), At: "service_account = ", Says: `can't be a ServiceAccount's name`},
		"a variable twice":             {Body: body("env = { A = \"1\" }\n  env_value_from = { A = { field = \"status.podIP\" } }"), At: "env_value_from = ", Says: `Variable declared twice`},
		"a secret variable twice":      {Body: body("env = { B = \"1\" }\n  secret_env_wo_version = 1\n  secret_env_wo = { B = \"1\" }"), At: "secret_env_wo = ", Says: `B is also in ` + "`env`"},
		"secrets without a version":    {Body: body(`secret_env_wo = { B = "1" }`), At: "secret_env_wo = ", Says: `secret_env_wo_version`},
		"an unknown desired status":    {Body: body(`desired_status = "running"`), At: "desired_status = ", Says: `Running`},
		"a variable's name":            {Body: body(`env_value_from = { "A=B" = { field = "status.podIP" } }`), At: "env_value_from = ", Says: `environment variable`},
		"a variable from two":          {Body: body(`env_value_from = { A = { field = "status.podIP", resource = "limits.cpu" } }`), At: "env_value_from = ", Says: `More than one source`},
		"a variable from nothing":      {Body: body(`env_value_from = { A = {} }`), At: "env_value_from = ", Says: `No source`},
		"a secret without a key":       {Body: body(`env_value_from = { A = { secret = "db" } }`), At: "env_value_from = ", Says: `Missing key`},
		"a key without a secret":       {Body: body(`env_value_from = { A = { field = "status.podIP", key = "a" } }`), At: "env_value_from = ", Says: `has no effect`},
		"a key that can't be one":      {Body: body(`env_value_from = { A = { secret = "db", key = "a b" } }`), At: "env_value_from = ", Says: `can't be a key`},
		"a field that isn't offered":   {Body: body(`env_value_from = { A = { field = "status.phase" } }`), At: "env_value_from = ", Says: `can't be a Pod's field`},
		"a resource that isn't":        {Body: body(`env_value_from = { A = { resource = "limits.gpu" } }`), At: "env_value_from = ", Says: `can't be a resource`},
		"a divisor of another":         {Body: body(`env_value_from = { A = { resource = "limits.memory", divisor = "1m" } }`), At: "env_value_from = ", Says: `Invalid divisor`},
		"a check of another kind":      {Body: body(`health_checks = { health = { tcp_port = 80 } }`), At: "health_checks = ", Says: `liveness`},
		"a check with two handlers":    {Body: body(`health_checks = { liveness = { tcp_port = 80, command = ["true"] } }`), At: "health_checks = ", Says: `More than one way to check`},
		"a check with no handler":      {Body: body(`health_checks = { liveness = { period = 5 } }`), At: "health_checks = ", Says: `No way to check`},
		"a check without a port":       {Body: body(`health_checks = { liveness = { http_path = "/" } }`), At: "health_checks = ", Says: `Missing http_port`},
		"a check without a path":       {Body: body(`health_checks = { liveness = { http_port = 80 } }`), At: "health_checks = ", Says: `Missing http_path`},
		"a check of no such port":      {Body: body("ports = { http = { port = 80 } }\n  health_checks = { readiness = { tcp_port = \"web\" } }"), At: "health_checks = ", Says: `these are http`},
		"no such port, without a pod":  {Body: body("health_checks = { readiness = { tcp_port = \"web\" } }\n  pod = tostring(null)"), At: "health_checks = ", Says: `there are none`},
		"a check of port 70000":        {Body: body(`health_checks = { readiness = { tcp_port = 70000 } }`), At: "health_checks = ", Says: `can't be a port`},
		"a gRPC check of port 0":       {Body: body(`health_checks = { readiness = { grpc_port = 0 } }`), At: "health_checks = ", Says: `between 1 and 65535`},
		"a long port name in a check":  {Body: body(`health_checks = { readiness = { tcp_port = "a-port-name-of-17" } }`), At: "health_checks = ", Says: `15`},
		"https of a command":           {Body: body(`health_checks = { liveness = { command = ["true"], https = true } }`), At: "health_checks = ", Says: `has no effect`},
		"liveness that passes twice":   {Body: body(`health_checks = { liveness = { tcp_port = 80, success_threshold = 2 } }`), At: "health_checks = ", Says: `must be 1`},
		"a check each 0 s":             {Body: body(`health_checks = { liveness = { tcp_port = 80, period = 0 } }`), At: "health_checks = ", Says: `between 1`},
		"a negative delay":             {Body: body(`health_checks = { liveness = { tcp_port = 80, initial_delay = -1 } }`), At: "health_checks = ", Says: `between 0`},
		"a volume's name":              {Body: body(`volumes = { Data = { mount_path = "/a", claim = "a" } }`), At: "volumes = ", Says: `can't be a volume's name`},
		"two volumes with one path":    {Body: body(`volumes = { a = { mount_path = "/a", claim = "a" }, b = { mount_path = "/a/", claim = "b" } }`), At: "volumes = ", Says: `one mount path`},
		"a volume with two sources":    {Body: body(`volumes = { a = { mount_path = "/a", claim = "a", secret = "b" } }`), At: "volumes = ", Says: `More than one source`},
		"a volume with no source":      {Body: body(`volumes = { a = { mount_path = "/a" } }`), At: "volumes = ", Says: `No source`},
		"a relative mount path":        {Body: body(`volumes = { a = { mount_path = "a", claim = "a" } }`), At: "volumes = ", Says: `absolute path`},
		"a colon in a mount path":      {Body: body(`volumes = { a = { mount_path = "/a:b", claim = "a" } }`), At: "volumes = ", Says: `colon`},
		"a medium":                     {Body: body(`volumes = { a = { mount_path = "/a", empty_dir = "disk" } }`), At: "volumes = ", Says: `Disk, Memory`},
		"a size of a claim":            {Body: body(`volumes = { a = { mount_path = "/a", claim = "a", size = "1Gi" } }`), At: "volumes = ", Says: `has no effect`},
		"a size that isn't one":        {Body: body(`volumes = { a = { mount_path = "/a", empty_dir = "Disk", size = "1GB" } }`), At: "volumes = ", Says: `not a Kubernetes quantity`},
		"a mode of a folder":           {Body: body(`volumes = { a = { mount_path = "/a", empty_dir = "Disk", mode = "0640" } }`), At: "volumes = ", Says: `has no effect`},
		"a mode that isn't octal":      {Body: body(`volumes = { a = { mount_path = "/a", secret = "a", mode = "0888" } }`), At: "volumes = ", Says: `octal`},
		"a sub path that leads out":    {Body: body(`volumes = { a = { mount_path = "/a", claim = "a", sub_path = "../b" } }`), At: "volumes = ", Says: `..`},
		"an item that leads out":       {Body: body(`volumes = { a = { mount_path = "/a", secret = "a", items = { a = "/b" } } }`), At: "volumes = ", Says: `relative path`},
		"a relative host path":         {Body: body(`volumes = { a = { mount_path = "/a", host_path = "var" } }`), At: "volumes = ", Says: `absolute path`},
		"a restart policy":             {Body: body(`restart_policy = "Sometimes"`), At: "restart_policy = ", Says: `Always`},
		"wait_for":                     {Body: body(`wait_for = "Done"`), At: "wait_for = ", Says: `Ready`},
		"waiting for a server to end":  {Body: body(`wait_for = "Succeeded"`), At: "wait_for = ", Says: `can't succeed`},
		"replacing what runs":          {Body: body(`replace_on = ["Running"]`), At: "replace_on = ", Says: `Failed`},
		"a timeout":                    {Body: body(`timeouts = { create = "soon" }`), At: "timeouts = ", Says: `Time Duration`},
		"a right that escalates":       {Body: body(`security = { capabilities_add = ["CAP_SYS_ADMIN"] }`), At: "security = ", Says: `allow_privilege_escalation`},
		"a seccomp profile":            {Body: body(`security = { seccomp_profile = "Localhost" }`), At: "security = ", Says: `Localhost/`},
		"a part of SELinux":            {Body: body(`security = { selinux = { mood = "x" } }`), At: "security = ", Says: `level`},
		"a negative user":              {Body: body(`security = { run_as_user = -1 }`), At: "security = ", Says: `between 0`},
	})
	noPods(t, cluster)
}

// TestAccInstance_badPodIsRefusedAtPlan holds the same of pod: an object is
// refused on the line that is wrong, a text by its path and its line.
func TestAccInstance_badPodIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.WriteOnly)
	cluster := acctest.Namespace(t)
	body := func(pod string, attributes ...string) string {
		return fmt.Sprintf("  cluster = %q\n  image = \"web:1\"\n  %s\n  pod = %s", cluster, strings.Join(attributes, "\n  "), pod)
	}
	app := func(fields string) string {
		return "{\n    containers = [{\n      name = \"app\"\n      " + fields + "\n    }]\n  }"
	}
	const volumeA = `volumes = { a = { mount_path = "/a", empty_dir = "Disk" } }`
	acctest.Refuse(t, "mar_instance", map[string]acctest.Refused{
		"an unknown field":             {Body: body("{\n    nodeselector = { disk = \"ssd\" }\n  }"), At: "nodeselector = ", Says: `perhaps nodeSelector is meant`},
		"an unknown field deep inside": {Body: body("{\n    tolerations = [{\n      kee = \"a\"\n    }]\n  }"), At: "kee = ", Says: `perhaps key is meant`},
		"a wrong type":                 {Body: body("{\n    tolerations = { key = \"a\" }\n  }"), At: "tolerations = ", Says: `must be a list, but is an object`},
		"a number that isn't one":      {Body: body("{\n    terminationGracePeriodSeconds = \"soon\"\n  }"), At: "terminationGracePeriodSeconds = ", Says: `must be a whole number`},
		"the image of app":             {Body: body(app(`image = "web:2"`)), At: "image = ", Says: `attribute image sets this`},
		"a privileged app":             {Body: body(app(`securityContext = { privileged = true }`)), At: "securityContext = ", Says: `set security.allow_privilege_escalation = true as well`},
		"a privileged sidecar":         {Body: body("{\n    containers = [{\n      name = \"side\"\n      image = \"side:1\"\n      securityContext = {\n        privileged = true\n        allowPrivilegeEscalation = false\n      }\n    }]\n  }"), At: "allowPrivilegeEscalation = ", Says: `remove one of the two`},
		"a negative grace period":      {Body: body("{\n    terminationGracePeriodSeconds = -1\n  }"), At: "terminationGracePeriodSeconds = ", Says: `is negative`},
		"an init container named app":  {Body: body("{\n    initContainers = [{\n      name = \"app\"\n      image = \"init:1\"\n    }]\n  }"), At: "name = ", Says: `give the init container another`},
		"Exists and a value":           {Body: body("{\n    tolerations = [{\n      key = \"a\"\n      operator = \"Exists\"\n      value = \"b\"\n    }]\n  }"), At: "value = ", Says: `with the operator Exists a toleration has no value`},
		"a variable of env again":      {Body: body(app(`env = [{ name = "A", value = "2" }]`), `env = { A = "1" }`), At: "env = ", Says: `the attribute env already sets the variable A`},
		"a variable from it again":     {Body: body(app(`env = [{ name = "A", value = "2" }]`), `env_value_from = { A = { field = "status.podIP" } }`), At: "env = ", Says: `already sets the variable A`},
		"a secret variable again":      {Body: body(app(`env = [{ name = "A", value = "2" }]`), `secret_env_wo = { A = "1" }`, `secret_env_wo_version = 1`), At: "env = ", Says: `(or secret_env_wo) already sets the variable A`},
		"a variable twice":             {Body: body(app("env = [\n        { name = \"A\", value = \"1\" },\n        { name = \"A\", value = \"2\" },\n      ]")), At: "{ name = ", Says: `occurs twice, with the name A`},
		"two volumes with one path":    {Body: body("{\n    volumes = [{ name = \"b\", emptyDir = {} }]\n    containers = [{\n      name = \"app\"\n      volumeMounts = [{ name = \"b\", mountPath = \"/a\" }]\n    }]\n  }", volumeA), At: "volumeMounts = ", Says: `the attribute volumes`},
		"two mounts with one path":     {Body: body("{\n    volumes = [{ name = \"b\", emptyDir = {} }, { name = \"c\", emptyDir = {} }]\n    containers = [{\n      name = \"app\"\n      volumeMounts = [\n        { name = \"b\", mountPath = \"/a\" },\n        { name = \"c\", mountPath = \"/a\" },\n      ]\n    }]\n  }"), At: "{ name = ", Says: `occurs twice, with the mountPath /a`},
		"a volume with two sources":    {Body: body("{\n    volumes = [{ name = \"b\", emptyDir = {}, hostPath = { path = \"/b\" } }]\n  }"), At: "volumes = ", Says: `has several sources, emptyDir and hostPath`},
		"a probe with no handler":      {Body: body(app(`livenessProbe = { periodSeconds = 5 }`)), At: "livenessProbe = ", Says: `has no handler`},
		"a long port name":             {Body: body(app(`ports = [{ name = "a-port-name-of-17", containerPort = 80 }]`)), At: "ports = ", Says: `no more than 15`},
		"an unknown field of a text":   {Body: body("<<-YAML\n    terminationGracePeriodSeconds: 5\n    containers:\n    - name: app\n      lifecicle: {}\n  YAML"), At: "pod = ", Says: `pod.containers[0].lifecicle (line 4): Container has no field of this name; perhaps lifecycle is meant`},
		"a wrong type in a text":       {Body: body("<<-YAML\n    hostname: web\n    tolerations: all\n  YAML"), At: "pod = ", Says: `pod.tolerations (line 2): must be a list`},
		"a negative period in JSON":    {Body: body(`jsonencode({ terminationGracePeriodSeconds = -1 })`), At: "pod = ", Says: `pod.terminationGracePeriodSeconds (line 1): is negative`},
		"a variable of env in a text":  {Body: body("<<-YAML\n    containers:\n    - name: app\n      env:\n      - {name: A, value: b}\n  YAML", `env = { A = "1" }`), At: "pod = ", Says: `(line 4): the attribute env already sets the variable A`},
		"a key twice in a text":        {Body: body("<<-YAML\n    hostname: a\n    hostname: b\n  YAML"), At: "pod = ", Says: `it is also on line 1`},
	})
	noPods(t, cluster)
}

// noPods checks that nothing was created.
func noPods(t *testing.T, cluster string) {
	t.Helper()
	if err := acctest.Server(t, func(ctx context.Context, client *kubernetes.Clientset) error {
		pods, err := client.CoreV1().Pods(cluster).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		return equal("number of Pods", len(pods.Items), 0)
	})(nil); err != nil {
		t.Error(err)
	}
}

func TestAccInstance_reservedNamespaceIsRefused(t *testing.T) {
	t.Parallel()
	for _, cluster := range []string{"kube-system", "default", "Dev"} {
		test(t, resource.TestStep{Config: instanceConfig(cluster), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)cluster = .*can't be a\s+cluster's\s+name`)})
	}
}
