package clusters

import (
	"context"
	"encoding/base64"
	"sync"
)

// hollow is a Manager without processes.
type hollow struct {
	once      sync.Once
	authority string // base64 PEM
	err       error
}

// NewHollow is a Manager whose clusters exist in name only: it answers at once,
// nodes are Ready and add-ons healthy as soon as they are asked for, and nobody
// listens at a cluster's endpoint. It is for fault campaigns, which raise the
// same environment hundreds of times and look at AWS alone; whatever reaches
// into a cluster fails to connect.
func NewHollow() Manager { return &hollow{} }

// hollowEndpoint is the loopback's port 1 (tcpmux), which nothing serves.
const hollowEndpoint = "https://127.0.0.1:1"

// Create implements Manager. Clients parse the authority even when they never
// connect, so it is a real certificate.
func (h *hollow) Create(_ context.Context, spec ClusterSpec) (Endpoint, error) {
	if err := validateVersion(spec.Version); err != nil {
		return Endpoint{}, err
	}
	h.once.Do(func() {
		var a *authority
		if a, h.err = newAuthority("hollow"); h.err == nil {
			h.authority = base64.StdEncoding.EncodeToString(a.pem)
		}
	})
	return Endpoint{URL: hollowEndpoint, CertificateAuthority: h.authority}, h.err
}

// Upgrade implements Manager.
func (h *hollow) Upgrade(_ context.Context, _, version string) error { return validateVersion(version) }

// The rest of Manager has nothing to do and cannot fail.

func (h *hollow) Delete(context.Context, string) error                   { return nil }
func (h *hollow) Resume(context.Context) error                           { return nil }
func (h *hollow) SetNodes(context.Context, string, string, []Node) error { return nil }
func (h *hollow) DeleteAddon(context.Context, string, string) error      { return nil }
func (h *hollow) WaitAddon(context.Context, string, string) error        { return nil }
func (h *hollow) SetAutoMode(context.Context, string, bool) error        { return nil }
func (h *hollow) Close() error                                           { return nil }

func (h *hollow) ApplyAddon(context.Context, string, string, string, map[string]any) error {
	return nil
}
