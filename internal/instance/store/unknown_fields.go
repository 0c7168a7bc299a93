package store

import (
	"context"

	"github.com/headgym/terraform-provider-mar/internal/instance/model"
	"github.com/headgym/terraform-provider-mar/internal/kube"
)

// UnknownFields returns the fields of a Pod's spec that this provider doesn't know. It asks for
// JSON, because other encodings have no names of fields. It returns none where it gets no answer.
func (s *Store) UnknownFields(ctx context.Context, k model.Key) []string {
	text, err := s.client.Clientset.CoreV1().RESTClient().Get().
		Namespace(k.Cluster).Resource("pods").Name(k.Name).
		SetHeader("Accept", "application/json").DoRaw(ctx)
	if err != nil {
		return nil
	}
	return kube.UnknownFields(text)
}
