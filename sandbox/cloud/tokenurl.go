package cloud

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"retail/sandbox/sigv4"
)

// clusterHeader is signed with the cluster's name, so that a token opens no other
// cluster (aws-iam-authenticator, pkg/token).
const clusterHeader = "x-k8s-aws-id"

// presignedLife is how long EKS takes a presigned URL for, whatever it says of its
// own expiry (aws-iam-authenticator, pkg/token: presignedURLExpiration).
const presignedLife = 15 * time.Minute

// asked are the parameters that a token's URL may have, in lower case
// (aws-iam-authenticator, pkg/token: parameterWhitelist).
var asked = []string{"action", "version", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires",
	"x-amz-security-token", "x-amz-signature", "x-amz-signedheaders"}

// presigned is the URL that a token holds, as `aws eks get-token` makes it.
func presigned(token string) (*url.URL, bool) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok {
		return nil, false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !strings.HasPrefix(string(decoded), "http") {
		return nil, false
	}
	u, err := url.Parse(string(decoded))
	return u, err == nil
}

// verifyPresigned does what EKS does with a token: it makes the presigned call of
// GetCallerIdentity with the cluster's name in its header. AWS takes only STS's own
// hosts; the sandbox's STS has the address of the world's API, which is not checked.
func (w *World) verifyPresigned(u *url.URL, cluster string) (Identity, error) {
	fail := func(format string, args ...any) (Identity, error) {
		return Identity{}, fmt.Errorf("%w: %w", ErrToken, fmt.Errorf(format, args...))
	}
	q := u.Query()
	for name, values := range q {
		if !slices.Contains(asked, strings.ToLower(name)) || len(values) != 1 {
			return fail("the presigned URL must not have the parameter %s", name)
		}
	}
	request := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}
	request.Header.Set(clusterHeader, cluster)
	s, err := sigv4.Read(request)
	if err != nil {
		return fail("%w", err)
	}
	switch {
	case s.Service != "sts" || q.Get("Action") != "GetCallerIdentity":
		return fail("the presigned call must be GetCallerIdentity of sts, not %s of %s", q.Get("Action"), s.Service)
	case !slices.Contains(s.Headers, clusterHeader):
		return fail("the header %s must be signed", clusterHeader)
	case s.Expires > presignedLife:
		return fail("X-Amz-Expires must be at most %d", int(presignedLife.Seconds()))
	}
	s.Expires = presignedLife
	caller, secret, err := w.CallerOf(s.AccessKeyID, s.SessionToken)
	if err != nil {
		return fail("%w", err)
	}
	if err := s.Verify(request, nil, secret, time.Now()); err != nil {
		return fail("%w", err)
	}
	return Identity{Role: caller.Role(), Session: caller.Principal, Cluster: cluster, Region: s.Region, Expires: s.At.Add(presignedLife)}, nil
}
