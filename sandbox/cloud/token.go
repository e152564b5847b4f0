package cloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// tokenPrefix is that of the tokens `aws eks get-token` prints.
const tokenPrefix = "k8s-aws-v1."

// TokenLife is how long a token holds: what EKS grants, in real time.
const TokenLife = 14 * time.Minute

// Identity is whom a cluster token stands for.
type Identity struct {
	// Role is the IAM role's ARN, as access entries name it.
	Role string `json:"role"`
	// Session is the role session's ARN.
	Session string    `json:"session"`
	Cluster string    `json:"cluster"` // the cluster's name
	Region  string    `json:"region"`
	Expires time.Time `json:"expires"`
}

// ClusterToken is a token for an EKS cluster, as the caller's own role or as
// one it assumes. STS refuses a role that the caller may not assume.
func (w *World) ClusterToken(cluster, region, role string) (token string, id Identity, err error) {
	session := w.org.Ambient
	if role != "" {
		if session, _, err = w.AssumeRole(role, "EKSGetTokenAuth"); err != nil {
			return "", id, err
		}
	}
	id = Identity{Role: RoleOf(session), Session: session, Cluster: cluster, Region: region, Expires: time.Now().Add(TokenLife).UTC()}
	body, err := json.Marshal(id)
	if err != nil {
		return "", id, err
	}
	text := base64.RawURLEncoding.EncodeToString(body)
	return tokenPrefix + text + "." + w.sign(text), id, nil
}

// ErrToken is what a token that this world did not sign, or that has expired,
// gives.
var ErrToken = errors.New("the token is not valid")

// VerifyToken tells whom a token stands for: one of the sandbox's own `aws`, which
// names its cluster, or a presigned URL as every other client makes it, which
// holds for the cluster that asks.
func (w *World) VerifyToken(token, cluster string) (Identity, error) {
	var id Identity
	if url, ok := presigned(token); ok {
		return w.verifyPresigned(url, cluster)
	}
	text, signature, ok := strings.Cut(strings.TrimPrefix(token, tokenPrefix), ".")
	if !ok || !strings.HasPrefix(token, tokenPrefix) || !hmac.Equal([]byte(signature), []byte(w.sign(text))) {
		return id, ErrToken
	}
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return id, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if err := json.Unmarshal(body, &id); err != nil {
		return id, fmt.Errorf("%w: %w", ErrToken, err)
	}
	if time.Now().After(id.Expires) {
		return id, fmt.Errorf("%w: expired at %s", ErrToken, id.Expires.Format(time.RFC3339))
	}
	return id, nil
}

func (w *World) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(w.secret))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// RoleOf is the IAM role behind a role session's ARN. A role's path is not
// part of a session's ARN, nor of what access entries are compared with.
func RoleOf(session string) string {
	parts := strings.SplitN(session, ":", 6)
	if len(parts) != 6 {
		return session
	}
	names := strings.Split(parts[5], "/")
	if len(names) != 3 || names[0] != "assumed-role" {
		return session
	}
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", parts[1], parts[4], names[1])
}
