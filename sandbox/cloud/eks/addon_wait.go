package eks

import (
	"context"
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/clusters"
)

// needNodes are the add-ons with Deployments, which stay DEGRADED until there
// are nodes; DaemonSets are content with none (case E6).
var needNodes = []string{"coredns", "metrics-server", "aws-ebs-csi-driver", "amazon-cloudwatch-observability"}

// objectOf names the object over which an add-on and its self-managed copy
// come into conflict.
var objectOf = map[string]string{
	"vpc-cni":    `DaemonSet.apps aws-node - .spec.template.spec.containers[name="aws-node"].image`,
	"kube-proxy": `DaemonSet.apps kube-proxy - .spec.template.spec.containers[name="kube-proxy"].image`,
	"coredns":    `Deployment.apps coredns - .spec.template.spec.containers[name="coredns"].image`,
}

// waitAddon installs, changes or removes an add-on's objects in the cluster.
func (s *service) waitAddon(ctx context.Context, c *cloud.Call) (func() error, error) {
	name, arn := str(c.State, "addonName"), arnOf(c, str(c.State, "clusterName"))
	if c.Verb == "delete" {
		return s.removeAddon(ctx, c, arn, name)
	}
	if err := c.Act(func() error { return mayInstall(c, name) }); err != nil {
		return nil, fmt.Errorf("EKS Add-On (%s): %w", c.ID, err)
	}
	values, err := configuration(name, str(c.State, "configurationValues"))
	if err != nil {
		return nil, err
	}
	if err := s.clusters.ApplyAddon(ctx, arn, name, str(c.State, "addonVersion"), values); err != nil {
		return nil, fmt.Errorf("EKS Add-On (%s): %w", c.ID, err)
	}
	if err := s.clusters.WaitAddon(ctx, arn, name); err != nil {
		return nil, fmt.Errorf("EKS Add-On (%s): %w", c.ID, err)
	}
	return func() error {
		if own := c.Get(SelfManaged, c.ID); own != nil {
			c.Remove(own) // EKS manages it from now on
		}
		return nil
	}, nil
}

// mayInstall finds why an add-on would not become ACTIVE.
func mayInstall(c *cloud.Call, name string) error {
	if c.Get(SelfManaged, c.ID) != nil && str(c.State, "resolveConflictsOnCreate") != "OVERWRITE" {
		return &clusters.Issue{Code: "ConfigurationConflict", Message: "Conflicts found when trying to apply. " +
			"Will not continue due to resolve conflicts mode. Conflicts: " + objectOf[name]}
	}
	if slices.Contains(needNodes, name) && !hasNodes(c, str(c.State, "clusterName")) {
		return &clusters.Issue{Code: "InsufficientNumberOfReplicas", Message: "The add-on is unhealthy because it doesn't have the desired " +
			"number of replicas: timeout while waiting for state to become 'ACTIVE' (last state: 'DEGRADED', timeout: 20m0s)"}
	}
	return nil
}

// AddonHealth is EKS's word for how an add-on is, with the issue's code and text when
// something is wrong: one with Deployments is DEGRADED without nodes (case E6).
func AddonHealth(c *cloud.Call, r *cloud.Record) (status, code, why string) {
	if slices.Contains(needNodes, str(r.State, "addonName")) && !hasNodes(c, str(r.State, "clusterName")) {
		return "DEGRADED", "InsufficientNumberOfReplicas", "The add-on is unhealthy because it doesn't have the desired number of replicas."
	}
	return "ACTIVE", "", ""
}

// hasNodes tells whether a cluster has nodes, or Auto Mode to bring them.
func hasNodes(c *cloud.Call, cluster string) bool {
	if r := c.Get(Cluster, cluster); r != nil && flag(r.State, "computeConfig.enabled") {
		return true
	}
	return slices.ContainsFunc(c.List(NodeGroup), func(g *cloud.Record) bool {
		return str(g.State, "clusterName") == cluster && str(g.State, "status") == "ACTIVE" && num(g.State, "scalingConfig.desiredSize") > 0
	})
}

// removeAddon leaves the objects where preserve says so: they are the
// program's own from then on.
func (s *service) removeAddon(ctx context.Context, c *cloud.Call, arn, name string) (func() error, error) {
	if flag(c.State, "preserve") {
		return func() error {
			c.Put(&cloud.Record{Token: SelfManaged, ID: c.ID, Owner: arn,
				State: cloud.Props{"clusterName": str(c.State, "clusterName"), "name": name}})
			return nil
		}, nil
	}
	if err := s.clusters.DeleteAddon(ctx, arn, name); err != nil {
		return nil, fmt.Errorf("EKS Add-On (%s): %w", c.ID, err)
	}
	return nil, nil
}
