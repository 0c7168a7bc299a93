package cluster

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/randfill"

	"github.com/headgym/terraform-provider-mar/internal/cluster/child"
	"github.com/headgym/terraform-provider-mar/internal/cluster/limits"
	"github.com/headgym/terraform-provider-mar/internal/cluster/model"
	"github.com/headgym/terraform-provider-mar/internal/cluster/objects"
	"github.com/headgym/terraform-provider-mar/internal/cluster/quota"
	"github.com/headgym/terraform-provider-mar/internal/fw"
	"github.com/headgym/terraform-provider-mar/internal/mar"
)

// seedsOf are the bytes that a fuzz target starts from; they run as ordinary tests.
func seedsOf(f *testing.F, n int64) {
	f.Helper()
	for seed := range n {
		data := make([]byte, 2048)
		rand.New(rand.NewSource(seed)).Read(data)
		f.Add(data)
	}
}

// amountAsStored is any amount that the API server may have stored: a multiple of a
// thousandth, in any notation.
func amountAsStored(c randfill.Continue) resource.Quantity {
	odd := []string{"0", "1m", "999m", "1500m", "0.5k", "4096Mi", "1.5Gi", "1e3", "12E-1", "1023", "1025Ki", "7Ei", "9E", strconv.FormatInt(math.MaxInt64, 10)}
	if c.Bool() {
		return resource.MustParse(odd[c.Intn(len(odd))])
	}
	suffixes := []string{"", "m", "k", "M", "G", "Ki", "Mi", "Gi"}
	var bits [4]byte
	binary.LittleEndian.PutUint32(bits[:], c.Uint32())
	return resource.MustParse(fmt.Sprintf("%d%s", binary.LittleEndian.Uint32(bits[:]), suffixes[c.Intn(len(suffixes))]))
}

func keyOf(c randfill.Continue) corev1.ResourceName {
	keys := []corev1.ResourceName{
		"cpu", "memory", "ephemeral-storage", "storage", "limits.ephemeral-storage", "requests.ephemeral-storage", "count/pods", "count/jobs.batch",
		"requests.nvidia.com/gpu", "nvidia.com/gpu", "hugepages-2Mi", "gold.storageclass.storage.k8s.io/requests.storage", "example.com/thing",
	}
	for _, k := range quota.Keys() {
		keys = append(keys, k.Key)
	}
	return keys[c.Intn(len(keys))]
}

// filler fills quotas and limit ranges as the API server may have them.
func filler(data []byte) *randfill.Filler {
	return randfill.NewFromGoFuzz(data).NilChance(0.3).NumElements(0, 6).Funcs(
		func(q *resource.Quantity, c randfill.Continue) { *q = amountAsStored(c) },
		func(n *corev1.ResourceName, c randfill.Continue) { *n = keyOf(c) },
		func(s *corev1.ResourceQuotaSpec, c randfill.Continue) {
			c.FillNoCustom(&s.Hard)
			for _, k := range quota.Keys() {
				if amount, ok := s.Hard[k.Key]; ok && k.Counts {
					// The server refuses half a Pod.
					s.Hard[k.Key] = *resource.NewQuantity(amount.Value(), resource.DecimalSI)
				}
			}
			if c.Intn(3) == 0 {
				s.Scopes = []corev1.ResourceQuotaScope{corev1.ResourceQuotaScope(quota.Scopes()[c.Intn(len(quota.Scopes()))])}
			}
			c.Fill(&s.ScopeSelector)
		},
		func(r *corev1.ScopedResourceSelectorRequirement, c randfill.Continue) {
			r.ScopeName = corev1.ResourceQuotaScope(quota.Scopes()[c.Intn(len(quota.Scopes()))])
			r.Operator = []corev1.ScopeSelectorOperator{corev1.ScopeSelectorOpExists, corev1.ScopeSelectorOpIn, corev1.ScopeSelectorOpNotIn, corev1.ScopeSelectorOpDoesNotExist}[c.Intn(4)]
			if r.Operator == corev1.ScopeSelectorOpIn || r.Operator == corev1.ScopeSelectorOpNotIn {
				r.Values = []string{"high", "low"}[:1+c.Intn(2)]
			}
		},
		func(s *corev1.LimitRangeSpec, c randfill.Continue) {
			for _, kind := range []corev1.LimitType{corev1.LimitTypePersistentVolumeClaim, corev1.LimitTypePod, corev1.LimitTypeContainer} {
				if c.Bool() {
					continue
				}
				item := corev1.LimitRangeItem{Type: kind}
				c.Fill(&item.Min)
				c.Fill(&item.Max)
				switch kind {
				case corev1.LimitTypeContainer:
					c.Fill(&item.Default)
					c.Fill(&item.DefaultRequest)
					c.Fill(&item.MaxLimitRequestRatio)
				case corev1.LimitTypePod:
					c.Fill(&item.MaxLimitRequestRatio)
				case corev1.LimitTypePersistentVolumeClaim:
					item.Min, item.Max = onlyStorage(item.Min), onlyStorage(item.Max)
					if c.Intn(4) == 0 {
						// Nothing that can be said.
						c.Fill(&item.Default)
					}
				}
				s.Limits = append(s.Limits, limits.FilledIn(item))
			}
			if c.Intn(8) == 0 {
				s.Limits = append(s.Limits, corev1.LimitRangeItem{Type: "example.com/Image", Max: corev1.ResourceList{corev1.ResourceStorage: amountAsStored(c)}})
			}
		},
	)
}

// onlyStorage is what a limit on claims is about.
func onlyStorage(list corev1.ResourceList) corev1.ResourceList {
	for _, amount := range list {
		return corev1.ResourceList{corev1.ResourceStorage: amount}
	}
	return nil
}

// generated is a namespace with quotas and a limit range of the provider's own, or of
// somebody else.
func generated(data []byte) objects.Observed {
	fill := filler(data)
	var ours bool
	fill.Fill(&ours)
	meta := func(name string) metav1.ObjectMeta {
		m := metav1.ObjectMeta{Name: name, Namespace: "dev", UID: "u"}
		if ours {
			m.Labels = child.Labels()
		}
		return m
	}
	o := objects.Observed{
		Namespace:   &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "dev", UID: "u", Labels: map[string]string{"team": "a"}}},
		Quotas:      map[string]*corev1.ResourceQuota{},
		LimitRanges: map[string]*corev1.LimitRange{},
	}
	if ours {
		o.Namespace.Labels[mar.LabelManagedBy] = mar.ManagedBy
	}
	for _, name := range []string{child.QuotaName, child.ScopedQuotaPrefix + "a"} {
		quota := &corev1.ResourceQuota{ObjectMeta: meta(name)}
		fill.Fill(&quota.Spec)
		o.Quotas[name] = quota
	}
	limits := &corev1.LimitRange{ObjectMeta: meta(child.LimitRangeName)}
	fill.Fill(&limits.Spec)
	o.LimitRanges[child.LimitRangeName] = limits
	return o
}

// FuzzRoundTrip imports whatever quotas and limit ranges a namespace may have, and
// holds that what is declared then is what was there, is what is made of it, and is
// read back the same.
func FuzzRoundTrip(f *testing.F) {
	seedsOf(f, 100)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := generated(data)
		rec, _ := recordOf(o)
		first, diags := objects.ImportedModelOf(t.Context(), o, fw.Defaults{}, rec.Adopted)
		if diags.HasError() {
			t.Fatal(diags)
		}
		again, diags := objects.ModelOf(t.Context(), o, first, rec.Adopted)
		if diags.HasError() {
			t.Fatal(diags)
		}
		same(t, "a second look at what was imported", first, again)

		want, diags := objects.DesiredOf(t.Context(), first, rec.Adopted)
		if diags.HasError() {
			t.Fatal(diags)
		}
		made := served(t, want)
		if steps := objects.ChangesBetween(want, made, objects.Dropped{}); !reflect.DeepEqual(steps, noChanges()) {
			t.Errorf("after an apply there is still something to do: %+v", steps)
		}
		back, diags := objects.ModelOf(t.Context(), made, first, rec.Adopted)
		if diags.HasError() {
			t.Fatal(diags)
		}
		same(t, "what was made of the import", first, back)
		sameObjects(t, first, want, o, rec.Adopted)
	})
}

func same(t *testing.T, what string, want, got model.Cluster) {
	t.Helper()
	if !objects.SameMeaning(want.Quota, got.Quota) {
		t.Errorf("%s: quota is %s, and was %s", what, got.Quota, want.Quota)
	}
	if !objects.SameMeaning(want.ScopedQuotas, got.ScopedQuotas) {
		t.Errorf("%s: scoped_quotas is %s, and was %s", what, got.ScopedQuotas, want.ScopedQuotas)
	}
	if !objects.SameMeaning(want.LimitRange, got.LimitRange) {
		t.Errorf("%s: limit_range is %s, and was %s", what, got.LimitRange, want.LimitRange)
	}
}

// sameObjects holds that an import that is applied changes none of the objects that
// it has read.
func sameObjects(t *testing.T, m model.Cluster, want objects.Desired, o objects.Observed, a child.Adopted) {
	t.Helper()
	steps := objects.ChangesBetween(want, o.Own(a), objects.Dropped{})
	if child.IsDeclared(m.Quota) && steps.Quotas[a.QuotaName()] != child.Keep {
		t.Errorf("the quota %v isn't what was imported of it: %s", o.Quotas[a.QuotaName()].Spec, m.Quota)
	}
	if child.IsDeclared(m.LimitRange) && steps.LimitRanges[a.LimitRangeName()] != child.Keep {
		t.Errorf("the limit range %v isn't what was imported of it: %s", o.LimitRanges[a.LimitRangeName()].Spec, m.LimitRange)
	}
}
