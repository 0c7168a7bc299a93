package credentials

import (
	"context"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/headgym/terraform-provider-mar/internal/kube"
	"github.com/headgym/terraform-provider-mar/internal/kube/connect"
)

// order is what the API server is asked for.
type order struct {
	Cluster, Account string
	// Audiences are those of the token, or the API server's own if empty.
	Audiences []string
	Lifetime  time.Duration
}

func (o order) ref() kube.Ref {
	return kube.Ref{Kind: "ServiceAccount", Namespace: o.Cluster, Name: o.Account}
}

// issued is a token that the API server has signed.
type issued struct {
	Token string
	// Expires may be earlier than requested.
	Expires time.Time
}

// store is the API server's tokens.
type store struct {
	client *connect.Client
}

// Issue asks for a token.
func (s store) Issue(ctx context.Context, o order) (issued, error) {
	answer, err := s.client.Clientset.CoreV1().ServiceAccounts(o.Cluster).CreateToken(ctx, o.Account, &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{Audiences: o.Audiences, ExpirationSeconds: ptr.To(int64(o.Lifetime.Seconds()))},
	}, metav1.CreateOptions{})
	if err != nil {
		return issued{}, kube.Wrap(o.ref(), "create a token of", err)
	}
	return issued{Token: answer.Status.Token, Expires: answer.Status.ExpirationTimestamp.Time}, nil
}
