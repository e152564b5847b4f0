package eks

import (
	"context"
	"fmt"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/clusters"
)

// waitNodeGroup starts, exchanges or ends the group's nodes. New nodes are
// Ready before old ones are drained.
func (s *service) waitNodeGroup(ctx context.Context, c *cloud.Call) (func() error, error) {
	arn, name := arnOf(c, str(c.State, "clusterName")), str(c.State, "nodeGroupName")
	if c.Verb == "delete" {
		if err := s.clusters.SetNodes(ctx, arn, name, nil); err != nil {
			return nil, fmt.Errorf("EKS Node Group (%s): %w", c.ID, err)
		}
		return func() error { leak(c); return nil }, nil
	}
	var nodes []clusters.Node
	err := c.Act(func() (err error) {
		if err := nodeProblem(c); err != nil {
			return err
		}
		if err := launch(c); err != nil {
			return err
		}
		nodes, err = nodesOf(c)
		return err
	})
	if err == nil {
		err = s.clusters.SetNodes(ctx, arn, name, nodes)
	}
	if err != nil {
		return nil, fmt.Errorf("EKS Node Group (%s): unexpected state '%s_FAILED', wanted target 'ACTIVE': %w", c.ID, verbs[c.Verb], err)
	}
	return func() error {
		retire(c)
		c.State["status"] = "ACTIVE"
		return nil
	}, nil
}

var verbs = map[string]string{"create": "CREATE", "update": "UPDATE"}

// retire ends the instances that others have taken the place of.
func retire(c *cloud.Call) {
	group := c.Get(AutoScalingGroup, groupName(c.State))
	var staying []any
	for _, i := range instances(group) {
		if !flag(i, "retiring") {
			staying = append(staying, i)
			continue
		}
		if eni := c.Get(ec2.Interface, str(i, "interfaceId")); eni != nil {
			c.Remove(eni)
		}
	}
	group.State["instances"] = staying
	c.Save(group)
}

// leak leaves the CNI's network interfaces behind when nothing on the nodes
// may delete them any more: they then hold subnets and security groups (case
// E14). What may go, goes with the group's record.
func leak(c *cloud.Call) {
	if cniMay(c, "ec2:DeleteNetworkInterface") {
		return
	}
	for _, eni := range ec2.Interfaces(c, c.ID) {
		eni.Owner, eni.State["status"], eni.State["requesterManaged"] = "", "available", false
		c.Save(eni)
	}
}
