package clusters

import (
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkSockets proves from the kernel's own tables that the cluster's programs
// listen on and speak to loopback addresses only.
func (w *world) checkSockets() {
	t := w.t
	own := map[string]string{}
	for _, cwd := range processesIn(t, w.dir) {
		process := filepath.Dir(cwd)
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		require.NoError(t, err)
		links, err := filepath.Glob(filepath.Join(process, "fd", "*"))
		require.NoError(t, err)
		for _, link := range links {
			if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "socket:[") {
				own[strings.Trim(target, "socket:[]")] = strings.TrimSpace(string(name))
			}
		}
	}
	seen := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		data, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			continue // no IPv6 on this machine
		}
		for line := range strings.Lines(string(data)) {
			fields := strings.Fields(line)
			if len(fields) < 10 || own[fields[9]] == "" {
				continue
			}
			seen[own[fields[9]]] = true
			local, remote := socketAddress(t, fields[1]), socketAddress(t, fields[2])
			assert.True(t, local.IsLoopback(), "%s listens on %s", own[fields[9]], local)
			assert.True(t, remote.IsLoopback() || remote.IsUnspecified(), "%s speaks to %s", own[fields[9]], remote)
		}
	}
	assert.Greater(t, len(seen), 2, "the tables tell of the cluster's programs")
}

// socketAddress reads the kernel's form: 32-bit words in host byte order.
func socketAddress(t *testing.T, field string) netip.Addr {
	t.Helper()
	text, _, _ := strings.Cut(field, ":")
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	address, ok := netip.AddrFromSlice(raw)
	require.True(t, ok, field)
	return address.Unmap()
}
