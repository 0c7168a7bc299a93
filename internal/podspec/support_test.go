package podspec_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// specsIn reads the PodSpecs of a folder in testdata by the files' names.
func specsIn(tb testing.TB, folder string) map[string]corev1.PodSpec {
	tb.Helper()
	specs := map[string]corev1.PodSpec{}
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no files in %s: %v", folder, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		specs[strings.TrimSuffix(filepath.Base(file), ".yaml")] = specFrom(tb, string(data))
	}
	return specs
}

// specFrom reads a PodSpec as the API would.
func specFrom(tb testing.TB, text string) corev1.PodSpec {
	tb.Helper()
	var spec corev1.PodSpec
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		tb.Fatal(err)
	}
	return spec
}

// withoutAdmission takes away what Kubernetes adds to any Pod that it admits.
func withoutAdmission(sent, got corev1.PodSpec) corev1.PodSpec {
	got.Tolerations = slices.DeleteFunc(got.Tolerations, func(t corev1.Toleration) bool {
		return t.Key == corev1.TaintNodeNotReady || t.Key == corev1.TaintNodeUnreachable
	})
	if len(got.Tolerations) == 0 {
		got.Tolerations = nil
	}
	got.ServiceAccountName, got.DeprecatedServiceAccount = sent.ServiceAccountName, sent.DeprecatedServiceAccount
	got.Priority, got.PreemptionPolicy, got.NodeName = sent.Priority, sent.PreemptionPolicy, sent.NodeName
	return got
}

// documents are typical contents of pod, as YAML.
func documents(tb testing.TB) map[string]string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "documents", "*.yaml"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no documents: %v", err)
	}
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yaml")] = string(data)
	}
	return all
}
