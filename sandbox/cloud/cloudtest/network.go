package cloudtest

import (
	"fmt"

	"retail/sandbox/cloud"
)

// Network is what a service of a VPC needs: subnets in three zones, a security group,
// and a key that encrypts.
type Network struct {
	VPC, Group, Key string
	Subnets         []any
}

// Network makes one with a range of its own; the harness must know ec2, iam and kms.
func (c *Client) Network(number int) Network {
	c.h.T.Helper()
	vpc := c.Create("aws:ec2/vpc:Vpc", cloud.Props{"cidrBlock": fmt.Sprintf("10.%d.0.0/16", number)})
	n := Network{VPC: vpc.ID}
	for i, zone := range []string{"euw1-az1", "euw1-az2", "euw1-az3"} {
		subnet := c.Create("aws:ec2/subnet:Subnet", cloud.Props{
			"vpcId": vpc.ID, "cidrBlock": fmt.Sprintf("10.%d.%d.0/24", number, i), "availabilityZoneId": zone})
		n.Subnets = append(n.Subnets, subnet.ID)
	}
	n.Group = c.Create("aws:ec2/securityGroup:SecurityGroup", cloud.Props{"vpcId": vpc.ID, "name": "stores"}).ID
	n.Key, _ = c.Create("aws:kms/key:Key", cloud.Props{}).State["arn"].(string)
	return n
}

// With is a copy of properties with others put over them; nil takes one away.
func With(props cloud.Props, more cloud.Props) cloud.Props {
	out := cloud.Clone(props)
	for name, value := range more {
		if value == nil {
			delete(out, name)
			continue
		}
		out[name] = value
	}
	return out
}
