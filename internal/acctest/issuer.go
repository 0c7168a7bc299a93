package acctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TokenAudience is the audience of an Issuer's tokens.
const TokenAudience = "kubernetes"

// Issuer issues tokens by OpenID Connect, as HCP Terraform does for its runs. Start its API server
// with its AuthenticationConfig.
type Issuer struct {
	server *httptest.Server
	key    *rsa.PrivateKey
}

// NewIssuer starts an issuer on loopback.
func NewIssuer() (*Issuer, error) {
	const bits = 2048
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, err
	}
	i := &Issuer{key: key}
	mux := http.NewServeMux()
	answer := func(path string, body func() any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body())
		})
	}
	answer("/.well-known/openid-configuration", func() any {
		return map[string]any{
			"issuer": i.server.URL, "jwks_uri": i.server.URL + "/keys", "response_types_supported": []string{"id_token"},
			"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		}
	})
	answer("/keys", func() any {
		return map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "test",
			"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
		}}}
	})
	i.server = httptest.NewTLSServer(mux)
	return i, nil
}

// Close stops the issuer.
func (i *Issuer) Close() { i.server.Close() }

// AuthenticationConfig makes an API server accept the issuer's tokens, with their subjects as user
// names.
func (i *Issuer) AuthenticationConfig() string {
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.server.Certificate().Raw})
	return fmt.Sprintf(`apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
jwt:
- issuer:
    url: %s
    audiences: [%s]
    certificateAuthority: |
      %s
  claimMappings:
    username: {claim: sub, prefix: ""}
`, i.server.URL, TokenAudience, strings.ReplaceAll(strings.TrimSpace(string(authority)), "\n", "\n      "))
}

// Token returns a token for a user, valid for that long.
func (i *Issuer) Token(tb testing.TB, user string, lifetime time.Duration) string {
	tb.Helper()
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": i.server.URL, "aud": TokenAudience, "sub": user, "jti": rand.Text(),
		"iat": now.Add(-time.Hour).Unix(), "exp": now.Add(lifetime).Unix(),
	})
	if err != nil {
		tb.Fatal(err)
	}
	signed := encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"test"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, digest[:])
	if err != nil {
		tb.Fatal(err)
	}
	return signed + "." + encode(signature)
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
