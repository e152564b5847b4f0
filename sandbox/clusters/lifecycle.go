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
	if err := m.ensureStarted(ctx, c); err != nil {
		return Endpoint{}, err
	}
	return c.endpoint()
}

// claim returns the cluster of a spec, with a service range, ports and a record
// on disk of its own.
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
		ranges[c.record.Range], ports[c.record.Port], ports[c.record.KubeletPort] = true, true, true
	}
	n, hold, err := reserveRange(ranges)
	if err != nil {
		return nil, err
	}
	r.Range = n
	if r.Port, err = reservePort(r.folder(m.opts.Dir), ports); err == nil {
		ports[r.Port] = true
		r.KubeletPort, err = reservePort(r.folder(m.opts.Dir), ports)
	}
	if err == nil {
		err = r.save(m.opts.Dir)
	}
	if err != nil {
		return nil, errors.Join(err, hold.Close())
	}
	c, err := m.adopt(r)
	if err != nil {
		return nil, errors.Join(err, hold.Close(), os.RemoveAll(r.folder(m.opts.Dir)))
	}
	c.hold = hold
	m.clusters[spec.ARN] = c
	return c, nil
}

// adopt makes the cluster of a record, with clients but not running.
func (m *manager) adopt(r *record) (*cluster, error) {
	c := &cluster{
		record: r, folder: r.folder(m.opts.Dir), opts: &m.opts, owner: m,
		log: m.log.With("cluster", r.Spec.Name, "account", r.Spec.Account),
	}
	if err := writeCertificates(c.folder, r.Spec.Name, r.Range); err != nil {
		return nil, err
	}
	return c, c.connect()
}

// ensureStarted starts a cluster that does not run.
func (m *manager) ensureStarted(ctx context.Context, c *cluster) error {
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
		// Both work all the same: they differ in the API server's port.
		if hold, err := holdRange(c.record.Range); err == nil {
			c.hold = hold
		}
	}
	return c.start(ctx, m)
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
	if err := m.setVersion(c, version); err != nil {
		return err
	}
	return m.ensureStarted(ctx, c)
}

// setVersion records another version and stops what runs at the old one.
func (m *manager) setVersion(c *cluster, version string) error {
	c.lifecycle.Lock()
	defer c.lifecycle.Unlock()
	if c.record.Spec.Version == version {
		return nil
	}
	if err := c.stop(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c.record.Spec.Version = version
	return c.record.save(m.opts.Dir)
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
	if err := errors.Join(c.kill(), sweep(c.folder)); err != nil {
		return err
	}
	// The record first: a deletion that is killed here is ended by the next
	// manager, which removes folders without one.
	if err := errors.Join(removeIfThere(c.recordPath()), os.RemoveAll(c.folder)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.clusters, arn)
	return c.release()
}

// release gives the service range back.
func (c *cluster) release() error {
	if c.hold == nil {
		return nil
	}
	hold := c.hold
	c.hold = nil
	return hold.Close()
}

// Resume implements Manager.
func (m *manager) Resume(ctx context.Context) error {
	return m.each(func(c *cluster) error { return m.ensureStarted(ctx, c) })
}

// Close implements Manager.
func (m *manager) Close() error {
	err := m.each(func(c *cluster) error {
		c.lifecycle.Lock()
		defer c.lifecycle.Unlock()
		return errors.Join(c.stop(), c.release())
	})
	m.spawner.close()
	return errors.Join(err, m.identity.close(), m.unlock())
}

// each does something with all clusters at the same time.
func (m *manager) each(do func(*cluster) error) error {
	m.mu.Lock()
	all := make([]*cluster, 0, len(m.clusters))
	for _, c := range m.clusters {
		all = append(all, c)
	}
	m.mu.Unlock()
	results := make([]error, len(all))
	var work sync.WaitGroup
	for i, c := range all {
		work.Go(func() { results[i] = do(c) })
	}
	work.Wait()
	return errors.Join(results...)
}
