package eks

import (
	"context"
	"errors"
	"fmt"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
)

// waitCluster starts, changes or ends the control plane behind a cluster. It
// goes by the state alone, so that an interrupted wait can be made again.
func (s *service) waitCluster(ctx context.Context, c *cloud.Call) (func() error, error) {
	arn := str(c.State, "arn")
	if c.Verb == "delete" {
		if err := s.clusters.Delete(ctx, arn); err != nil {
			return nil, err
		}
		return func() error { buryCluster(c); return nil }, nil
	}
	endpoint, err := s.start(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := s.bootstrap(ctx, c); err != nil {
		return nil, err
	}
	return func() error {
		c.State["endpoint"], c.State["status"] = endpoint.URL, "ACTIVE"
		authority := cloud.Props{"data": endpoint.CertificateAuthority}
		c.State["certificateAuthority"] = authority
		c.State["certificateAuthorities"] = []any{authority}
		return nil
	}, nil
}

// start brings the control plane to the cluster's version.
func (s *service) start(ctx context.Context, c *cloud.Call) (clusters.Endpoint, error) {
	spec := clusters.ClusterSpec{
		ARN: str(c.State, "arn"), Name: c.ID, Account: c.Account, Region: c.Region, Version: str(c.State, "version"),
	}
	if err := s.clusters.Upgrade(ctx, spec.ARN, spec.Version); err != nil && !errors.Is(err, clusters.ErrNotFound) {
		return clusters.Endpoint{}, fmt.Errorf("EKS Cluster (%s) version %s: %w", c.ID, spec.Version, err)
	}
	endpoint, err := s.clusters.Create(ctx, spec)
	if err != nil {
		return clusters.Endpoint{}, fmt.Errorf("EKS Cluster (%s): %w", c.ID, err)
	}
	return endpoint, nil
}

// bootstrap installs what the cluster brings of itself: self-managed add-ons
// of a new cluster, and Auto Mode.
func (s *service) bootstrap(ctx context.Context, c *cloud.Call) error {
	arn := str(c.State, "arn")
	if str(c.State, "status") == "CREATING" {
		for _, name := range bootstrapped(c) {
			version := defaultVersion(name, str(c.State, "version"))
			if err := s.clusters.ApplyAddon(ctx, arn, name, version, nil); err != nil {
				return err
			}
		}
	}
	on, _, _ := autoMode(c.State)
	problem := ""
	if err := c.Act(func() error { problem = autoModeProblem(c); return nil }); err != nil {
		return err
	}
	if on && problem != "" {
		return fmt.Errorf("EKS Cluster (%s): Auto Mode would provide no nodes: %s", c.ID, problem)
	}
	if c.State["computeConfig"] == nil { // never said: neither on nor switched off
		return nil
	}
	return s.clusters.SetAutoMode(ctx, arn, on)
}

// bootstrapped are the add-ons that a new cluster gets without being asked,
// unless bootstrapSelfManagedAddons says no.
func bootstrapped(c *cloud.Call) []string {
	if !flag(c.State, "bootstrapSelfManagedAddons") {
		return nil
	}
	return []string{"vpc-cni", "kube-proxy", "coredns"}
}
