package eks_test

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"retail/sandbox/clusters"
)

// fakeClusters stands in for the real control planes: it keeps what it is told
// and, like them, knows a cluster only after Create.
type fakeClusters struct {
	mu       sync.Mutex
	versions map[string]string // by ARN
	nodes    map[string][]clusters.Node
	addons   map[string]string
	auto     map[string]bool
	log      []string
	fail     error // of the next call
}

func newFake() *fakeClusters {
	return &fakeClusters{versions: map[string]string{}, nodes: map[string][]clusters.Node{},
		addons: map[string]string{}, auto: map[string]bool{}}
}

func (f *fakeClusters) do(arn, format string, args ...any) error {
	f.log = append(f.log, fmt.Sprintf(format, args...))
	if err := f.fail; err != nil {
		f.fail = nil
		return err
	}
	if _, ok := f.versions[arn]; !ok {
		return fmt.Errorf("%s: %w", arn, clusters.ErrNotFound)
	}
	return nil
}

func (f *fakeClusters) Create(_ context.Context, spec clusters.ClusterSpec) (clusters.Endpoint, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.fail; err != nil {
		f.fail = nil
		return clusters.Endpoint{}, err
	}
	f.log = append(f.log, "create "+spec.Version)
	f.versions[spec.ARN] = spec.Version
	return clusters.Endpoint{URL: "https://127.0.0.1:6443", CertificateAuthority: "LS0tLS1CRUdJTi=="}, nil
}

func (f *fakeClusters) Upgrade(_ context.Context, arn, version string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(arn, "upgrade %s", version); err != nil {
		return err
	}
	f.versions[arn] = version
	return nil
}

func (f *fakeClusters) Delete(_ context.Context, arn string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.versions, arn)
	return nil
}

func (f *fakeClusters) SetNodes(_ context.Context, arn, group string, nodes []clusters.Node) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(arn, "nodes %s %d", group, len(nodes)); err != nil {
		return err
	}
	f.nodes[group] = slices.Clone(nodes)
	return nil
}

func (f *fakeClusters) ApplyAddon(_ context.Context, arn, name, version string, _ map[string]any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(arn, "apply %s", name); err != nil {
		return err
	}
	f.addons[name] = version
	return nil
}

func (f *fakeClusters) DeleteAddon(_ context.Context, arn, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.addons, name)
	return f.do(arn, "remove %s", name)
}

func (f *fakeClusters) WaitAddon(_ context.Context, arn, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do(arn, "wait %s", name)
}

func (f *fakeClusters) SetAutoMode(_ context.Context, arn string, enabled bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.auto[arn] = enabled
	return f.do(arn, "auto %v", enabled)
}

func (f *fakeClusters) Resume(context.Context) error { return nil }
func (f *fakeClusters) Close() error                 { return nil }
