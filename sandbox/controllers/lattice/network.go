package lattice

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

// errNotFound is what the controller makes of a name that stands for nothing.
var errNotFound = errors.New("not found")

// errSeveral is a name that stands for several service networks.
var errSeveral = errors.New("conflicting name")

// serviceNetwork finds the service network that a Gateway is named after, by name or ID:
// of its own account first; one that RAM shares only by the active association of its
// own VPC (pkg/aws/services/vpclattice.go, FindServiceNetwork). Case V2.
func (w *worker) serviceNetwork(name string) (*cloud.Record, error) {
	if err := w.may("vpc-lattice:ListServiceNetworks"); err != nil {
		return nil, err
	}
	is := func(r *cloud.Record) bool { return r.ID == name || ec2.Text(r.State, "name") == name }
	switch own := w.actor.List(vpclattice.Network, is); len(own) {
	case 0:
	case 1:
		return own[0], nil
	default:
		return nil, fmt.Errorf("%w: multiple service networks found for %s", errSeveral, name)
	}
	if err := w.may("vpc-lattice:ListServiceNetworkVpcAssociations"); err != nil {
		return nil, fmt.Errorf("failed to list VPC associations while searching for service network %s: %w", name, err)
	}
	var out *cloud.Record
	_ = w.actor.View(func(c *cloud.Call) error { // it only reads
		if n := vpclattice.NetworkOfVpc(c, w.vpc); n != nil && is(n) {
			out = n
		}
		return nil
	})
	if out == nil {
		return nil, fmt.Errorf("Service network %s: %w", name, errNotFound) //nolint:staticcheck // the controller's text
	}
	return out, nil
}

// may asks IAM about lists, which know no resource.
func (w *worker) may(operations ...string) error {
	for _, o := range operations {
		if err := w.look(o, "*"); err != nil {
			return err
		}
	}
	return nil
}

// look asks IAM about something that the controller reads.
func (w *worker) look(operation, arn string) error {
	if err := w.actor.May(operation, arn); err != nil {
		return fmt.Errorf("operation error VPC Lattice: %s, %w", operation[strings.Index(operation, ":")+1:], err)
	}
	return nil
}

// tagsOf are a record's tags.
func tagsOf(r *cloud.Record) map[string]string {
	out := map[string]string{}
	tags, _ := r.State["tags"].(map[string]any)
	for k, v := range tags {
		out[k], _ = v.(string)
	}
	return out
}

// tag sets tags of a record, by a call of its own.
func (w *worker) tag(r *cloud.Record, tags map[string]string) error {
	have := tagsOf(r)
	if !slices.ContainsFunc(sortedKeys(tags), func(k string) bool { return have[k] != tags[k] }) {
		return nil
	}
	arn, brought := ec2.Text(r.State, "arn"), map[string]string{}
	for k, v := range tags {
		brought["aws:RequestTag/"+k] = v
	}
	return w.actor.DoWith(w.ctx(), "vpc-lattice:TagResource", arn, brought, func(c *cloud.Call) error {
		now := c.Get(r.Token, r.ID)
		if now == nil {
			return c.Fail("ResourceNotFoundException", "%s not found", arn)
		}
		for _, p := range []cloud.Props{now.Inputs, now.State} {
			for _, name := range []string{"tags", "tagsAll"} {
				if name == "tagsAll" && p[name] == nil {
					continue
				}
				merged := cloud.Props{}
				old, _ := p[name].(map[string]any)
				for k, v := range old {
					merged[k] = v
				}
				for k, v := range tags {
					merged[k] = v
				}
				p[name] = merged
			}
		}
		c.Save(now)
		return nil
	})
}
