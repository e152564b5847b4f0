package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/world/control"
)

func TestGetTokenIsParsed(t *testing.T) {
	q, err := parse([]string{"--region", "eu-west-1", "eks", "get-token", "--cluster-name=blue", "--role-arn", "arn:x", "--output", "json"})
	require.NoError(t, err)
	assert.Equal(t, control.TokenRequest{Cluster: "blue", Region: "eu-west-1", Role: "arn:x"}, q)
}

func TestEverythingElseIsRefused(t *testing.T) {
	for says, args := range map[string][]string{
		"not `aws s3 ls`":           {"s3", "ls"},
		"--cluster-name":            {"eks", "get-token"},
		"--profile":                 {"eks", "get-token", "--cluster-name", "blue", "--profile", "mine"},
		"expected one argument":     {"eks", "get-token", "--cluster-name"},
		"prints json only":          {"eks", "get-token", "--cluster-name", "blue", "--output", "text"},
		"not `aws eks list-addons`": {"eks", "list-addons"},
	} {
		_, err := parse(args)
		assert.ErrorContains(t, err, says)
	}
}

func TestWithoutADaemonItSaysHowToStartOne(t *testing.T) {
	t.Setenv("RETAIL_SANDBOX_WORLD", t.TempDir())
	assert.Equal(t, configError, run([]string{"eks", "get-token", "--cluster-name", "blue"}))
}

func TestCredentialIsWhatKubectlWants(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printCredential(&out, control.Token{Token: "k8s-aws-v1.x", Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}))
	var got map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	assert.Equal(t, map[string]any{
		"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "spec": map[string]any{},
		"status": map[string]any{"token": "k8s-aws-v1.x", "expirationTimestamp": "2026-01-02T03:04:05Z"},
	}, got)
}
