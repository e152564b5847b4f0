package awsapi_test

import (
	"context"
	"encoding/base64"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
)

// presign makes a cluster token as `aws eks get-token` does, with the given
// headers.
func presign(t *testing.T, c aws.Config, headers map[string]string) string {
	t.Helper()
	out, err := sts.NewPresignClient(sts.NewFromConfig(c)).PresignGetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{},
		func(o *sts.PresignOptions) {
			o.ClientOptions = append(o.ClientOptions, func(o *sts.Options) {
				o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
					return s.Build.Add(middleware.BuildMiddlewareFunc("cluster", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
						r, _ := in.Request.(*smithyhttp.Request)
						for name, value := range headers {
							r.Header.Set(name, value)
						}
						q := r.URL.Query()
						q.Set("X-Amz-Expires", "60")
						r.URL.RawQuery = q.Encode()
						return next.HandleBuild(ctx, in)
					}), middleware.After)
				})
			})
		})
	require.NoError(t, err)
	return "k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte(out.URL))
}

func TestPresignedURLsAreClusterTokens(t *testing.T) {
	p := start(t)
	token := presign(t, p.assume(deploy), map[string]string{"x-k8s-aws-id": "retail-dev-blue"})
	id, err := p.h.World.VerifyToken(token, "retail-dev-blue")
	require.NoError(t, err)
	assert.Equal(t, deploy, id.Role)
	assert.Equal(t, "arn:aws:sts::222222222222:assumed-role/retail-deploy/drill", id.Session)
	assert.Equal(t, region, id.Region)

	_, err = p.h.World.VerifyToken(token, "retail-dev-green")
	require.ErrorIs(t, err, cloud.ErrToken, "a token opens one cluster only")
	_, err = p.h.World.VerifyToken(presign(t, p.assume(deploy), nil), "retail-dev-blue")
	require.ErrorContains(t, err, "x-k8s-aws-id must be signed")
	_, err = p.h.World.VerifyToken(presign(t, p.config(cloud.AmbientKey, "wrong", cloud.AmbientToken), map[string]string{"x-k8s-aws-id": "b"}), "b")
	require.ErrorIs(t, err, cloud.ErrToken)
}
