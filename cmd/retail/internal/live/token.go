package live

import (
	"context"
	"encoding/base64"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// tokenLife is how long a token is used: EKS takes it for 15 minutes
// (aws-iam-authenticator, pkg/token).
const tokenLife = 10 * time.Minute

// tokens gives requests to a cluster's API server the token that `aws eks
// get-token` would: a presigned call of GetCallerIdentity that names the cluster.
type tokens struct {
	config  aws.Config
	cluster string
	next    http.RoundTripper

	mu    sync.Mutex
	token string
	until time.Time
}

// RoundTrip adds the token.
func (t *tokens) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := t.current(r.Context())
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	return t.next.RoundTrip(r)
}

func (t *tokens) current(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && time.Now().Before(t.until) {
		return t.token, nil
	}
	out, err := sts.NewPresignClient(sts.NewFromConfig(t.config)).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{},
		func(o *sts.PresignOptions) {
			o.ClientOptions = append(o.ClientOptions, func(o *sts.Options) { o.APIOptions = append(o.APIOptions, t.named) })
		})
	if err != nil {
		return "", err
	}
	t.token, t.until = "k8s-aws-v1."+base64.RawURLEncoding.EncodeToString([]byte(out.URL)), time.Now().Add(tokenLife)
	return t.token, nil
}

// named signs the cluster's name with the call, and gives the URL an expiry, which
// the signature wants and STS ignores.
func (t *tokens) named(s *middleware.Stack) error {
	return s.Build.Add(middleware.BuildMiddlewareFunc("retail/cluster", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (
		middleware.BuildOutput, middleware.Metadata, error,
	) {
		if r, ok := in.Request.(*smithyhttp.Request); ok {
			r.Header.Set("x-k8s-aws-id", t.cluster)
			q := r.URL.Query()
			q.Set("X-Amz-Expires", "60")
			r.URL.RawQuery = q.Encode()
		}
		return next.HandleBuild(ctx, in)
	}), middleware.After)
}
