package scenarios

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// killedUpgrade leaves behind what a killed upgrade of the controller's release
// leaves (Helm, package storage/driver): the record of the next revision, pending.
// It returns the record's name.
func (c *customers) killedUpgrade(t *testing.T, colour string) string {
	t.Helper()
	var list struct{ Items []map[string]any }
	text := c.kubectl(t, colour, "-n", "kube-system", "get", "secrets", "-l",
		"owner=helm,name=aws-load-balancer-controller,status=deployed", "-o", "json")
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	require.Len(t, list.Items, 1, "one deployed revision")
	record := list.Items[0]
	release := unpack(t, record["data"].(map[string]any)["release"].(string))
	revision := release["version"].(float64) + 1
	release["version"] = revision
	release["info"].(map[string]any)["status"] = "pending-upgrade"

	name := fmt.Sprintf("sh.helm.release.v1.aws-load-balancer-controller.v%.0f", revision)
	pending, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": record["type"],
		"metadata": map[string]any{"name": name, "namespace": "kube-system", "labels": map[string]any{
			"owner": "helm", "name": "aws-load-balancer-controller", "status": "pending-upgrade", "version": fmt.Sprintf("%.0f", revision),
		}},
		"data": map[string]any{"release": pack(t, release)},
	})
	require.NoError(t, err)
	file := filepath.Join(c.world.Dir, "pending.json") // kubectl takes a comma in a path for its end
	require.NoError(t, os.WriteFile(file, pending, 0o600))
	c.kubectl(t, colour, "create", "-f", file)
	return name
}

// unpack reads a release as Helm stores it: JSON, compressed, in base64, and that
// once more in base64 as any Secret's value.
func unpack(t *testing.T, value string) map[string]any {
	t.Helper()
	inner, err := base64.StdEncoding.DecodeString(value)
	require.NoError(t, err)
	compressed, err := base64.StdEncoding.DecodeString(string(inner))
	require.NoError(t, err)
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	require.NoError(t, err)
	text, err := io.ReadAll(reader)
	require.NoError(t, err)
	release := map[string]any{}
	require.NoError(t, json.Unmarshal(text, &release))
	return release
}

func pack(t *testing.T, release map[string]any) string {
	t.Helper()
	text, err := json.Marshal(release)
	require.NoError(t, err)
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	_, err = writer.Write(text)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(compressed.Bytes())))
}
