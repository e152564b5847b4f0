package clusters_test

import (
	"context"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"retail/sandbox/clusters"
)

func TestHollowClusterIsAtOnceAndNobodyAnswersThere(t *testing.T) {
	m := clusters.NewHollow()
	spec := clusters.ClusterSpec{ARN: "arn:aws:eks:eu-west-1:222222222222:cluster/blue", Name: "blue", Version: "1.34"}
	endpoint, err := m.Create(context.Background(), spec)
	require.NoError(t, err)
	again, err := m.Create(context.Background(), spec)
	require.NoError(t, err)
	assert.Equal(t, endpoint, again, "a repeated create completes the cluster")

	authority, err := base64.StdEncoding.DecodeString(endpoint.CertificateAuthority)
	require.NoError(t, err)
	client, err := rest.HTTPClientFor(&rest.Config{Host: endpoint.URL, TLSClientConfig: rest.TLSClientConfig{CAData: authority}})
	require.NoError(t, err, "clients parse the authority")
	_, err = client.Get(endpoint.URL)
	require.ErrorContains(t, err, "connection refused")

	spec.Version = "1.20"
	_, err = m.Create(context.Background(), spec)
	require.ErrorContains(t, err, "1.20")
	require.NoError(t, m.Close())
}
