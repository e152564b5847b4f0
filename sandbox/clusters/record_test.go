package clusters

import (
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServiceRangesAreLoopbackAndApart(t *testing.T) {
	taken := map[int]bool{}
	var prefixes []netip.Prefix
	for range 5 {
		n, hold, err := reserveRange(taken)
		require.NoError(t, err)
		defer func() { assert.NoError(t, hold.Close()) }()
		taken[n] = true
		prefix := netip.MustParsePrefix(serviceCIDR(n))
		assert.True(t, prefix.Addr().IsLoopback())
		for _, other := range prefixes {
			assert.False(t, prefix.Overlaps(other), "%s overlaps %s", prefix, other)
		}
		for _, host := range []byte{1, dnsHost, metricsHost} {
			assert.True(t, prefix.Contains(netip.MustParseAddr(serviceAddress(n, host))))
		}
		prefixes = append(prefixes, prefix)
	}
}

func TestServiceRangeIsHeldAgainstOtherManagers(t *testing.T) {
	n, hold, err := reserveRange(nil)
	require.NoError(t, err)
	_, err = holdRange(n)
	assert.Error(t, err, "held")
	require.NoError(t, hold.Close())
	again, err := holdRange(n)
	require.NoError(t, err, "free again")
	require.NoError(t, again.Close())
}

func TestServiceRangesRunOut(t *testing.T) {
	taken := map[int]bool{}
	for n := firstRange; n <= lastRange; n++ {
		taken[n] = true
	}
	_, _, err := reserveRange(taken)
	assert.ErrorContains(t, err, "delete a cluster")
}

func TestPortsAreFreeAndStable(t *testing.T) {
	first, err := reservePort("world/blue", nil)
	require.NoError(t, err)
	again, err := reservePort("world/blue", nil)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	other, err := reservePort("world/blue", map[int]bool{first: true})
	require.NoError(t, err)
	assert.NotEqual(t, first, other)
	assert.Less(t, first, 32768, "below Linux's ephemeral ports")
}

func TestRecordRefusesWhatCannotRun(t *testing.T) {
	for name, change := range map[string]func(*ClusterSpec){
		"version: unsupported":  func(s *ClusterSpec) { s.Version = "1.32" },
		"ARN must be set":       func(s *ClusterSpec) { s.ARN = "" },
		"Region must be set":    func(s *ClusterSpec) { s.Region = "" },
		"name, account and reg": func(s *ClusterSpec) { s.Name = "../blue" },
	} {
		t.Run(name, func(t *testing.T) {
			spec := testSpec("blue", "1.34")
			change(&spec)
			assert.ErrorContains(t, (&record{Spec: spec}).validate(), name)
		})
	}
	for _, version := range Versions {
		assert.NoError(t, (&record{Spec: testSpec("blue", version)}).validate(), version)
	}
}

func TestRecordsSurviveAndHalfMadeFoldersGo(t *testing.T) {
	dir := t.TempDir()
	r := &record{Spec: testSpec("blue", "1.34"), Port: 20001, KubeletPort: 20002, Range: 97, AutoMode: true}
	require.NoError(t, r.save(dir))
	half := filepath.Join(dir, "222222222222_eu-west-1_green")
	require.NoError(t, os.MkdirAll(filepath.Join(half, etcdData), 0o700))
	records, err := loadRecords(dir)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, r, records[0])
	assert.NoDirExists(t, half)
}

func TestSweepSparesStrangers(t *testing.T) {
	folder := t.TempDir()
	pidFile := filepath.Join(folder, etcd+".pid")
	// This test's own process, which works elsewhere: sweep must not end it.
	require.NoError(t, os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())), 0o600))
	require.NoError(t, sweep(folder))
	assert.NoFileExists(t, pidFile)
}
