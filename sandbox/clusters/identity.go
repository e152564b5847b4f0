package clusters

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
)

// identityServer answers the API servers' TokenReviews: the webhook that on
// EKS is aws-iam-authenticator. The path names the cluster that asks.
type identityServer struct {
	listener net.Listener
	server   *http.Server
}

// identifyFunc is Identify by the name of the cluster's folder.
type identifyFunc func(ctx context.Context, folder, token string) (user string, groups []string, ok bool)

func newIdentityServer(identify identifyFunc) (*identityServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{folder}", func(w http.ResponseWriter, r *http.Request) { review(w, r, identify) })
	s := &identityServer{listener: listener, server: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *identityServer) url() string { return "http://" + s.listener.Addr().String() }

// address is where the API servers may go for it.
func (s *identityServer) address() netip.AddrPort {
	address, _ := netip.ParseAddrPort(s.listener.Addr().String()) // a listener's own
	return address
}

func (s *identityServer) close() error {
	if err := s.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func review(w http.ResponseWriter, r *http.Request, identify identifyFunc) {
	var asked authenticationv1.TokenReview
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := authenticationv1.TokenReview{TypeMeta: asked.TypeMeta}
	if user, groups, ok := identify(r.Context(), r.PathValue("folder"), asked.Spec.Token); ok {
		answer.Status.Authenticated = true
		answer.Status.User = authenticationv1.UserInfo{Username: user, UID: user, Groups: groups}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// identify answers for one cluster and sees to it that what the caller's
// access policies grant in single namespaces is in place.
func (m *manager) identify(ctx context.Context, folder, token string) (user string, groups []string, ok bool) {
	if m.opts.Identify == nil {
		return "", nil, false
	}
	c := m.byFolder(folder)
	if c == nil {
		return "", nil, false
	}
	user, groups, ok = m.opts.Identify(c.record.Spec.ARN, token)
	if !ok {
		return "", nil, false
	}
	for _, group := range groups {
		policy, namespace, scoped := parseAccessGroup(group)
		if !scoped {
			continue
		}
		if err := c.EnsureNamespaceBinding(ctx, policy, namespace); err != nil {
			m.log.Warn("access policy not in force", "cluster", c.record.Spec.Name, "policy", policy, "namespace", namespace, "error", err)
		}
	}
	return user, groups, true
}

func (m *manager) byFolder(folder string) *cluster {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.clusters {
		if filepath.Base(c.folder) == folder {
			return c
		}
	}
	return nil
}
