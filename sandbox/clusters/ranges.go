package clusters

import (
	"context"
	"fmt"
	"hash/fnv"
	"net"
	"net/netip"
	"time"
)

// Service ranges are loopback networks, so that nothing sent to a Service's
// address can leave the machine: 127.96.0.0/16 to 127.159.0.0/16.
const (
	firstRange = 96
	lastRange  = 159
)

// API servers listen below the ephemeral ports of Linux (32768 and up), so
// that no outgoing connection takes a port while its cluster is stopped.
const (
	firstPort = 20000
	lastPort  = 31999
)

// serviceCIDR is the service range of a cluster.
func serviceCIDR(n int) string { return fmt.Sprintf("127.%d.0.0/16", n) }

// serviceAddress is the address at an offset in the service range; EKS gives
// .1 to the `kubernetes` Service and .10 to kube-dns.
func serviceAddress(n int, host byte) string {
	return netip.AddrFrom4([4]byte{127, byte(n), 0, host}).String()
}

// reserveRange picks a service range that no cluster of this manager has and
// no manager on this machine holds. The returned listener holds it until it is
// closed or the process ends.
func reserveRange(taken map[int]bool) (int, net.Listener, error) {
	for n := firstRange; n <= lastRange; n++ {
		if taken[n] {
			continue
		}
		if hold, err := holdRange(n); err == nil {
			return n, hold, nil
		}
	}
	return 0, nil, fmt.Errorf("service range: all of 127.%d.0.0/16 to 127.%d.0.0/16 are taken; delete a cluster", firstRange, lastRange)
}

// holdRange marks a range as in use by an abstract socket: the kernel frees it
// with the process, however that ends.
func holdRange(n int) (net.Listener, error) {
	return net.Listen("unix", fmt.Sprintf("@retail-sandbox-services-%d", n))
}

// reservePort picks a free port for an API server. The search starts at a
// place that depends on the cluster, so that stopped worlds seldom meet.
func reservePort(seed string, taken map[int]bool) (int, error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(seed))
	const count = lastPort - firstPort + 1
	start := int(hash.Sum32() % count)
	for i := range count {
		port := firstPort + (start+i)%count
		if !taken[port] && portFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("API server port: none of %d-%d is free on 127.0.0.1", firstPort, lastPort)
}

// portPatience is how long the kernel may take to free the port of a process
// that was killed.
const portPatience = 5 * time.Second

// waitPort waits until a cluster's own port is free again.
func waitPort(ctx context.Context, port int) error {
	for deadline := time.Now().Add(portPatience); !portFree(port); {
		if time.Now().After(deadline) {
			return fmt.Errorf("port %d is taken by another program; end that program", port)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
		}
	}
	return nil
}

func portFree(port int) bool {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
