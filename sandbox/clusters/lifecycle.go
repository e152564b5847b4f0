package clusters

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Create implements Manager.
func (m *manager) Create(ctx context.Context, spec ClusterSpec) (Endpoint, error) {
	c, err := m.claim(spec)
	if err != nil {
		return Endpoint{}, err
	}
	c.lifecycle.Lock()
	defer c.lifecycle.Unlock()
	if len(c.processes) == 0 {
		if err := c.start(ctx, m); err != nil {
			return Endpoint{}, err
		}
	}
	return c.endpoint()
}

// claim returns the cluster of a spec, with a service range, a port and a
// record on disk of its own.
func (m *manager) claim(spec ClusterSpec) (*cluster, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.clusters[spec.ARN]; ok {
		if c.record.Spec != spec {
			return nil, fmt.Errorf("cluster %s exists with other properties: %+v, not %+v", spec.ARN, c.record.Spec, spec)
		}
		return c, nil
	}
	r := &record{Spec: spec}
	if err := r.validate(); err != nil {
		return nil, err
	}
	ranges, ports := map[int]bool{}, map[int]bool{}
	for _, c := range m.clusters {
		ranges[c.record.Range], ports[c.record.Port] = true, true
	}
	var err error
	c := m.adopt(r)
	if r.Range, c.hold, err = reserveRange(ranges); err != nil {
		return nil, err
	}
	if r.Port, err = reservePort(c.folder, ports); err == nil {
		err = r.save(m.opts.Dir)
	}
	if err != nil {
		return nil, errors.Join(err, c.hold.Close())
	}
	m.clusters[spec.ARN] = c
	return c, nil
}

func (m *manager) adopt(r *record) *cluster {
	return &cluster{record: r, folder: r.folder(m.opts.Dir), opts: &m.opts, log: m.log.With("cluster", r.Spec.Name, "account", r.Spec.Account)}
}

// Upgrade implements Manager.
func (m *manager) Upgrade(ctx context.Context, arn, version string) error {
	if err := validateVersion(version); err != nil {
		return err
	}
	c, err := m.find(arn)
	if err != nil {
		return err
	}
	c.lifecycle.Lock()
	defer c.lifecycle.Unlock()
	if c.record.Spec.Version == version && len(c.processes) > 0 {
		return nil
	}
	if err := c.stop(); err != nil {
		return err
	}
	m.mu.Lock()
	c.record.Spec.Version = version
	err = c.record.save(m.opts.Dir)
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return c.start(ctx, m)
}

// Delete implements Manager.
func (m *manager) Delete(_ context.Context, arn string) error {
	c, err := m.find(arn)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.lifecycle.Lock()
	defer c.lifecycle.Unlock()
	if err := c.kill(); err != nil {
		return err
	}
	if err := os.RemoveAll(c.folder); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.clusters, arn)
	return c.release()
}

func (c *cluster) release() error {
	if c.hold == nil {
		return nil
	}
	return c.hold.Close()
}

// Resume implements Manager.
func (m *manager) Resume(ctx context.Context) error {
	records, err := loadRecords(m.opts.Dir)
	if err != nil {
		return err
	}
	results := make([]error, len(records))
	var starts sync.WaitGroup
	for i, r := range records {
		starts.Go(func() { results[i] = m.resume(ctx, r) })
	}
	starts.Wait()
	return errors.Join(results...)
}

func (m *manager) resume(ctx context.Context, r *record) error {
	m.mu.Lock()
	c, known := m.clusters[r.Spec.ARN]
	if !known {
		c = m.adopt(r)
		m.clusters[r.Spec.ARN] = c
	}
	m.mu.Unlock()
	c.lifecycle.Lock()
	defer c.lifecycle.Unlock()
	if len(c.processes) > 0 {
		return nil
	}
	if err := sweep(c.folder); err != nil {
		return err
	}
	if c.hold == nil {
		// Another world may have taken the range while this one was stopped.
		// Both work: they differ in the API server's port.
		if hold, err := holdRange(r.Range); err == nil {
			c.hold = hold
		}
	}
	return c.start(ctx, m)
}

// Close implements Manager.
func (m *manager) Close() error {
	m.mu.Lock()
	all := make([]*cluster, 0, len(m.clusters))
	for _, c := range m.clusters {
		all = append(all, c)
	}
	m.mu.Unlock()
	results := make([]error, len(all)+1)
	var stops sync.WaitGroup
	for i, c := range all {
		stops.Go(func() {
			c.lifecycle.Lock()
			defer c.lifecycle.Unlock()
			results[i] = errors.Join(c.stop(), c.release())
		})
	}
	stops.Wait()
	results[len(all)] = m.identity.close()
	m.spawner.close()
	return errors.Join(results...)
}
