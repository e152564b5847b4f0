package store_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/world/store"
)

// open wakes the world in a file.
func open(t *testing.T, path string) (*cloudtest.Harness, *store.Store) {
	t.Helper()
	file, err := store.Open(path)
	require.NoError(t, err)
	return cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(ec2.Register), Facts: cloud.Tables, Journal: file}), file
}

func TestWorldOutlastsItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "world.db")
	h, file := open(t, path)
	dev := h.As("222222222222", "eu-west-1")
	vpc := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	gone := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"})
	dev.Delete(gone)
	_, err := h.World.AddFault(cloud.Fault{Operation: "ec2:CreateVpc", Nth: 2, Code: "VpcLimitExceeded"})
	require.NoError(t, err)
	token, _, err := h.World.ClusterToken("blue", "eu-west-1", "")
	require.NoError(t, err)
	before, calls, clock := h.World.Records(), h.World.Calls(1), h.World.Now()
	require.NoError(t, file.Close())

	h, file = open(t, path)
	assert.Equal(t, before, h.World.Records())
	assert.Equal(t, calls, h.World.Calls(1))
	assert.Equal(t, clock, h.World.Now())
	_, err = h.World.VerifyToken(token, "blue")
	require.NoError(t, err, "the key that signs tokens is kept")

	dev = h.As("222222222222", "eu-west-1")
	again := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.2.0.0/16"})
	assert.NotContains(t, []string{vpc.ID, gone.ID}, again.ID, "identifiers are not used twice")
	dev.FailsCreate(ec2.Vpc, cloud.Props{"cidrBlock": "10.3.0.0/16"}, "VpcLimitExceeded")
	require.NoError(t, file.Close())
}

func TestWorldIsServedByOneProcessOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "world.db")
	_, file := open(t, path)
	_, err := store.Open(path)
	require.ErrorContains(t, err, "another sandbox serves this world")
	require.NoError(t, file.Close())
}
