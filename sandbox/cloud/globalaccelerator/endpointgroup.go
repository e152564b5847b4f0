package globalaccelerator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// groupName is the security group that Global Accelerator makes, once in a VPC.
const groupName = "GlobalAccelerator"

func endpointGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: EndpointGroup,
		API: cloud.API{Create: "globalaccelerator:CreateEndpointGroup", Read: "globalaccelerator:DescribeEndpointGroup",
			Update: "globalaccelerator:UpdateEndpointGroup", Delete: "globalaccelerator:DeleteEndpointGroup"},
		Latency: cloud.Latency{Create: time.Minute, Update: time.Minute, Delete: time.Minute},
		// pulumi-aws's own defaults (aws_globalaccelerator_endpoint_group).
		Defaults: cloud.Props{"healthCheckIntervalSeconds": 30, "healthCheckProtocol": "TCP", "thresholdCount": 3, "trafficDialPercentage": 100},
		Refs: []cloud.Ref{{Path: "listenerArn", To: []string{Listener}, NotFound: "ListenerNotFoundException",
			Holds: "AssociatedEndpointGroupFoundException"}},
		Check:  []func(*cloud.Call) error{checkEndpoints},
		Create: createEndpointGroup,
		Update: putEndpoints,
		Delete: func(c *cloud.Call) error { return preserve(c, nil) },
	}
}

func checkEndpoints(c *cloud.Call) error {
	var errs []error
	if n := c.Num("healthCheckIntervalSeconds"); c.Known("healthCheckIntervalSeconds") && n != 10 && n != 30 {
		errs = append(errs, c.Invalid("healthCheckIntervalSeconds", "must be 10 or 30 seconds, got %v", n))
	}
	endpoints, _ := c.Any("endpointConfigurations").([]any)
	for i := range endpoints {
		at := fmt.Sprintf("endpointConfigurations[%d].", i)
		if c.Any(at+"attachmentArn") != nil {
			errs = append(errs, c.Invalid(at+"attachmentArn", "is not simulated: extend sandbox/cloud/globalaccelerator"))
		}
		if id := c.Str(at + "endpointId"); id != "" && !strings.Contains(id, ":loadbalancer/") {
			errs = append(errs, c.Invalid(at+"endpointId", "%q: only the ARNs of load balancers are simulated", id))
		}
	}
	return errors.Join(errs...)
}

func createEndpointGroup(c *cloud.Call) error {
	if c.Str("endpointGroupRegion") == "" {
		c.State["endpointGroupRegion"] = c.Region
	}
	region := str(c.State, "endpointGroupRegion")
	if c.Organisation().Regions[region] == nil {
		return invalid(c, "The region %s is not valid", region)
	}
	for _, g := range c.List(EndpointGroup) {
		if str(g.State, "listenerArn") == c.Str("listenerArn") && str(g.State, "endpointGroupRegion") == region {
			return c.Fail("EndpointGroupAlreadyExistsException", "An endpoint group of this listener exists in %s already", region)
		}
	}
	c.ID = c.Str("listenerArn") + "/endpoint-group/" + c.Hex(12)
	c.State["arn"] = c.ID
	return putEndpoints(c)
}

// putEndpoints looks for the endpoints and fills in what Global Accelerator
// decides: the health check's port, weights, and whether clients' addresses are
// preserved (Developer Guide, "Client IP address preservation").
func putEndpoints(c *cloud.Call) error {
	if c.State["healthCheckPort"] == nil {
		if ranges := rangesOf(c.Get(Listener, c.Str("listenerArn")).State); len(ranges) > 0 {
			c.State["healthCheckPort"] = ranges[0].from
		}
	}
	if web := c.Str("healthCheckProtocol") != "TCP"; web && c.State["healthCheckPath"] == nil {
		c.State["healthCheckPath"] = "/"
	}
	there := in(c)
	var preserved []*cloud.Record
	endpoints, _ := c.State["endpointConfigurations"].([]any)
	seen := map[string]bool{}
	for i := range endpoints {
		e, _ := endpoints[i].(cloud.Props)
		id := str(e, "endpointId")
		lb := there.GetBy(elbv2.LoadBalancer, "arn", id)
		switch {
		case lb == nil:
			return invalid(c, "The endpoint %s does not exist in region %s of account %s", id, there.Region, c.Account)
		case seen[id]:
			return c.Fail("EndpointAlreadyExistsException", "The endpoint %s is in the group twice", id)
		}
		seen[id] = true
		application := str(lb.State, "loadBalancerType") != "network"
		ec2.Fill(e, cloud.Props{"weight": 128., "clientIpPreservationEnabled": application, "attachmentArn": ""})
		keep := e["clientIpPreservationEnabled"] == true
		switch groups, _ := lb.State["securityGroups"].([]any); {
		case !keep && application && lb.State["internal"] == true:
			return invalid(c, "Client IP address preservation cannot be disabled for the internal load balancer %s", id)
		case keep && len(groups) == 0:
			return invalid(c, "Client IP address preservation needs security groups on the network load balancer %s", id)
		}
		if keep {
			preserved = append(preserved, lb)
		}
	}
	return preserve(c, preserved)
}

// in is the call as it reaches the region of the endpoint group.
func in(c *cloud.Call) *cloud.Call {
	there := *c
	there.Region = str(c.State, "endpointGroupRegion")
	return &there
}

// preserve gives the group the network interfaces through which clients' own
// addresses reach the load balancers: one in each of their subnets, with a
// security group that Global Accelerator makes once in each VPC. Nobody takes
// that group away again: it holds the VPC after the last endpoint group has
// gone, until its owner deletes it (Developer Guide, "Best practices for ENIs
// and security groups"; terraform-provider-aws's tests delete it by hand). A
// group of that name that a program made before is used.
func preserve(c *cloud.Call, balancers []*cloud.Record) error {
	there := in(c)
	var subnets []string
	for _, lb := range balancers {
		vpc := str(lb.State, "vpcId")
		if !slices.ContainsFunc(there.List(ec2.InternetGateway), func(g *cloud.Record) bool { return str(g.State, "vpcId") == vpc }) {
			return invalid(c, "The VPC %s of endpoint %s needs an internet gateway", vpc, lb.ID)
		}
		values, _ := cloud.All(lb.State, "subnets[*]")
		for _, v := range values {
			subnets = append(subnets, fmt.Sprint(v))
		}
	}
	if err := ec2.SyncInterfaces(there, subnets, nil, c.ID, "Global Accelerator managed interface"); err != nil {
		return err
	}
	for _, i := range ec2.Interfaces(there, c.ID) {
		i.State["securityGroups"] = []any{groupOf(there, str(i.State, "vpcId"))}
		c.Save(i)
	}
	return nil
}

// groupOf is the security group of that name in a VPC, made where it is absent.
func groupOf(there *cloud.Call, vpc string) string {
	for _, g := range there.List(ec2.SecurityGroup) {
		if str(g.State, "vpcId") == vpc && str(g.State, "name") == groupName {
			return g.ID
		}
	}
	return ec2.AddSecurityGroup(there, vpc, groupName, "GlobalAccelerator configured SecurityGroup", "globalaccelerator").ID
}
