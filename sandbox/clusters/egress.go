package clusters

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// egressConfig sends what the API server dials to the egress's socket
// (Kubernetes documentation, "Set up Konnectivity service"; k8s.io/apiserver,
// pkg/server/egressselector).
//
//go:embed manifests/egress.yaml
var egressConfig []byte

// egressSocket is in the cluster's folder, which is its owner's alone.
const egressSocket = "egress.sock"

// egressPatience bounds how long an API server may take to say where it wants to
// go, and how long what it asks for may take to answer.
const egressPatience = 10 * time.Second

// egress is the only way out of a cluster's API server, in the place of a
// Konnectivity server: an HTTP CONNECT proxy that leads to what the sandbox
// simulates at addresses of Services, and to those of its programs that are named.
// It binds no address, so it needs no rights, and worlds do not meet. Everything
// else is refused: nothing is resolved and nothing leaves the machine.
type egress struct {
	log      *slog.Logger
	listener *net.UnixListener
	path     string
	// services is the cluster's service range: an address of it at which nothing
	// answers is a Service without a ready pod.
	services netip.Prefix
	// programs are addresses of the sandbox's own programs on this machine.
	programs []netip.AddrPort

	mu     sync.Mutex
	inside map[netip.AddrPort]*inside
}

// openEgress listens in a cluster's folder. An earlier manager's socket is no
// obstacle: the folder is locked.
func openEgress(folder string, r *record, log *slog.Logger, programs ...netip.AddrPort) (*egress, error) {
	services, err := netip.ParsePrefix(serviceCIDR(r.Range))
	if err != nil {
		return nil, err
	}
	e := &egress{log: log, path: filepath.Join(folder, egressSocket), services: services, programs: programs, inside: map[netip.AddrPort]*inside{}}
	if err := removeIfThere(e.path); err != nil {
		return nil, err
	}
	// A socket's path has at most 107 bytes, which a world's folder may exceed; the
	// way through the folder's descriptor is short.
	dir, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	short := fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), egressSocket)
	if e.listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"}); err != nil {
		return nil, fmt.Errorf("egress of the API server: %w", err)
	}
	e.listener.SetUnlinkOnClose(false) // by then the descriptor is another file's
	go e.accept()
	return e, nil
}

// close ends the way out; connections end with whoever holds them.
func (e *egress) close() error {
	return errors.Join(e.listener.Close(), removeIfThere(e.path))
}

func (e *egress) accept() {
	for {
		conn, err := e.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			e.log.Error("egress of the API server", "error", err)
			time.Sleep(poll) // out of descriptors, say
			continue
		}
		go e.lead(conn)
	}
}

// lead answers one CONNECT.
func (e *egress) lead(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(egressPatience))
	reader := bufio.NewReader(io.LimitReader(conn, http.DefaultMaxHeaderBytes))
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect || reader.Buffered() > 0 {
		refuse(conn, http.StatusBadRequest, "no CONNECT")
		return
	}
	address, err := target(request.RequestURI)
	e.mu.Lock()
	place := e.inside[address]
	e.mu.Unlock()
	switch {
	case err == nil && place != nil:
		place.take(conn)
	case err == nil && slices.Contains(e.programs, address):
		tunnel(conn, address)
	case err == nil && e.services.Contains(address.Addr()):
		refuse(conn, http.StatusBadGateway, "connect: connection refused") // the kernel's words
	default:
		e.log.Warn("the API server is not let off the machine", "to", request.RequestURI)
		refuse(conn, http.StatusForbidden, "the sandbox simulates nothing there and lets nothing off the machine")
	}
}

// target reads where a CONNECT leads. Nodes have a name, which is this machine's;
// no other name is looked up.
func target(uri string) (netip.AddrPort, error) {
	if port, ok := strings.CutPrefix(uri, kubeletAddress+":"); ok {
		uri = "127.0.0.1:" + port
	}
	return netip.ParseAddrPort(uri)
}

// The answers to a CONNECT. The API server tells its clients the status line.
func refuse(conn net.Conn, code int, reason string) {
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", code, reason) // who asked may be gone
	_ = conn.Close()
}

func admit(conn net.Conn) error {
	_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	return errors.Join(err, conn.SetDeadline(time.Time{}))
}

// tunnel joins the API server with a program of the sandbox.
func tunnel(conn net.Conn, address netip.AddrPort) {
	to, err := net.DialTimeout("tcp", address.String(), egressPatience)
	if err != nil {
		refuse(conn, http.StatusBadGateway, "connect: connection refused")
		return
	}
	if admit(conn) == nil {
		var both sync.WaitGroup
		both.Go(func() { pass(to, conn) })
		both.Go(func() { pass(conn, to) })
		both.Wait()
	}
	_, _ = conn.Close(), to.Close()
}

// pass copies until one side says that it is done, and tells the other.
func pass(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
