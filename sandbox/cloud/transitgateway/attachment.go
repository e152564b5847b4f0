package transitgateway

import (
	"context"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// States of an attachment.
const (
	pending           = "pending"
	pendingAcceptance = "pendingAcceptance"
	available         = "available"
)

func attachmentSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: VpcAttachment,
		API: cloud.API{Create: "ec2:CreateTransitGatewayVpcAttachment", Read: "ec2:DescribeTransitGatewayVpcAttachments",
			Update: "ec2:ModifyTransitGatewayVpcAttachment", Delete: "ec2:DeleteTransitGatewayVpcAttachment"},
		Latency: cloud.Latency{Create: 75 * time.Second, Update: 60 * time.Second, Delete: 50 * time.Second},
		Defaults: cloud.Props{"applianceModeSupport": "disable", "dnsSupport": "enable", "ipv6Support": "disable",
			"transitGatewayDefaultRouteTableAssociation": true, "transitGatewayDefaultRouteTablePropagation": true},
		// ModifyTransitGatewayVpcAttachment adds and removes subnets in place.
		UpdateOn: []string{"subnetIds"},
		Refs: []cloud.Ref{
			{Path: "vpcId", To: []string{ec2.Vpc}, NotFound: "InvalidVpcID.NotFound", Holds: "DependencyViolation"},
			// its network interfaces hold the subnets
			{Path: "subnetIds[*]", To: []string{ec2.Subnet}, NotFound: "InvalidSubnetID.NotFound"},
			{Path: "transitGatewayId", To: []string{Gateway}, NotFound: "InvalidTransitGatewayID.NotFound", Shared: true},
		},
		Check: []func(*cloud.Call) error{func(c *cloud.Call) error {
			if c.Str("ipv6Support") == "enable" {
				return c.Invalid("ipv6Support", "is not simulated: extend sandbox/cloud/transitgateway/attachment.go")
			}
			return nil
		}},
		Create: createAttachment,
		Read:   readAttachment,
		Update: updateAttachment,
		Delete: func(c *cloud.Call) error { Detach(c, c.ID); return nil },
		Wait:   waitAttachment,
	}
}

func createAttachment(c *cloud.Call) error {
	gateway := c.Shared(Gateway, "id", c.Str("transitGatewayId"))
	for _, a := range c.Everywhere(ec2.TransitAttachment) {
		if ec2.Text(a.State, "transitGatewayId") == gateway.ID && ec2.Text(a.State, "resourceId") == c.Str("vpcId") {
			return c.Fail("DuplicateTransitGatewayAttachment", "%s has non-deleted Transit Gateway Attachments with same VPC ID.", gateway.ID)
		}
	}
	c.ID = c.NewID("tgw-attach")
	if err := syncSubnets(c); err != nil {
		return err
	}
	state := pending
	if gateway.Account != c.Account && ec2.Text(gateway.State, "autoAcceptSharedAttachments") != "enable" {
		state = pendingAcceptance
	}
	Attach(c, gateway, c.ID, "vpc", c.Str("vpcId"), state)
	c.State["arn"], c.State["vpcOwnerId"] = c.ARN("ec2", "transit-gateway-attachment/"+c.ID), c.Account
	ec2.Fill(c.State, cloud.Props{"securityGroupReferencingSupport": "disable"})
	return readAttachment(c)
}

// Attach records an attachment with the owner of a gateway. Kind is vpc, vpn or
// direct-connect-gateway; resource is what is attached.
func Attach(c *cloud.Call, gateway *cloud.Record, id, kind, resource, state string) {
	c.Put(&cloud.Record{Token: ec2.TransitAttachment, Account: gateway.Account, Region: gateway.Region, ID: id, Owner: id,
		State: cloud.Props{
			"arn":              "arn:" + c.Partition + ":ec2:" + gateway.Region + ":" + gateway.Account + ":transit-gateway-attachment/" + id,
			"transitGatewayId": gateway.ID, "transitGatewayOwnerId": gateway.Account, "transitGatewayAttachmentId": id,
			"resourceType": kind, "resourceId": resource, "resourceOwnerId": c.Account, "state": state, "tags": cloud.Props{},
		}})
}

// syncSubnets puts a network interface into each subnet: one subnet a zone, all
// of the VPC.
func syncSubnets(c *cloud.Call) error {
	zones := map[string]bool{}
	for _, id := range c.Strs("subnetIds") {
		subnet := c.Get(ec2.Subnet, id)
		if ec2.Text(subnet.State, "vpcId") != c.Str("vpcId") {
			return c.Fail("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist in %s", id, c.Str("vpcId"))
		}
		zone := ec2.Text(subnet.State, "availabilityZoneId")
		if zones[zone] {
			return c.Fail("DuplicateSubnetsInSameZone", "Duplicate Subnets for same AZ")
		}
		zones[zone] = true
	}
	return ec2.SyncInterfaces(c, c.Strs("subnetIds"), nil, c.ID, "Network Interface for Transit Gateway Attachment "+c.ID)
}

func updateAttachment(c *cloud.Call) error {
	if a := attachment(c, c.ID); a == nil || ec2.Text(a.State, "state") != available {
		return c.Fail("IncorrectState", "%s is in invalid state", c.ID)
	}
	if err := syncSubnets(c); err != nil {
		return err
	}
	if gateway := c.Get(Gateway, c.Str("transitGatewayId")); gateway != nil {
		joinDefaults(c, gateway, c.ID, flags(c.Inputs))
	}
	return readAttachment(c)
}

// readAttachment says what pulumi-aws reads of the default route tables: what
// is, for a gateway of the same account; always true for a shared one, whose
// tables this account cannot see and whose flags it cannot set.
func readAttachment(c *cloud.Call) error {
	gateway := c.Get(Gateway, ec2.Text(c.State, "transitGatewayId"))
	if gateway == nil {
		c.State["transitGatewayDefaultRouteTableAssociation"] = true
		c.State["transitGatewayDefaultRouteTablePropagation"] = true
	}
	return nil
}

// waitAttachment ends when the attachment is available, or waits for another
// account's acceptance: pulumi-aws returns then too.
func waitAttachment(_ context.Context, c *cloud.Call) (func() error, error) {
	return func() error {
		if a := attachment(c, c.ID); c.Verb == "create" && a != nil && ec2.Text(a.State, "state") == pending {
			open(c, a, flags(c.Inputs))
		}
		return nil
	}, nil
}

// joins says whether an attachment joins the default tables.
type joins struct{ association, propagation bool }

func flags(p cloud.Props) joins {
	return joins{ec2.Flag(p, "transitGatewayDefaultRouteTableAssociation"), ec2.Flag(p, "transitGatewayDefaultRouteTablePropagation")}
}

// Open makes a pending attachment of a service of its own available.
func Open(c *cloud.Call, a *cloud.Record) {
	if ec2.Text(a.State, "state") == pending {
		open(c, a, joins{true, true})
	}
}

// open makes an attachment available. Another account's attachment joins the
// gateway's default tables whatever that account asked for.
func open(c *cloud.Call, a *cloud.Record, wanted joins) {
	a.State["state"] = available
	c.Save(a)
	for _, gateway := range c.Everywhere(Gateway) {
		if gateway.ID != ec2.Text(a.State, "transitGatewayId") {
			continue
		}
		if gateway.Account != c.Account {
			wanted = joins{true, true}
		}
		joinDefaults(c, gateway, a.ID, wanted)
	}
}

// joinDefaults makes the implied association and propagation with the default
// tables be there or not.
func joinDefaults(c *cloud.Call, gateway *cloud.Record, id string, wanted joins) {
	for _, d := range []struct {
		token, property string
		wanted          bool
	}{
		{Association, "associationDefaultRouteTableId", wanted.association},
		{Propagation, "propagationDefaultRouteTableId", wanted.propagation},
	} {
		table := ec2.Text(gateway.State, d.property)
		if table == "" {
			continue
		}
		r := &cloud.Record{Token: d.token, Account: gateway.Account, Region: gateway.Region, ID: table + "_" + id, Owner: id,
			State: cloud.Props{"transitGatewayAttachmentId": id, "transitGatewayRouteTableId": table}}
		if d.wanted {
			c.Put(r)
		} else {
			c.Remove(r)
		}
	}
}

// attachment finds one by ID, whichever account the gateway is in.
func attachment(from ec2.Records, id string) *cloud.Record {
	for _, a := range from.Everywhere(ec2.TransitAttachment) {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// attachments of a gateway, by ID.
func attachments(from ec2.Records, gateway string) []*cloud.Record {
	var out []*cloud.Record
	for _, a := range from.Everywhere(ec2.TransitAttachment) {
		if ec2.Text(a.State, "transitGatewayId") == gateway {
			out = append(out, a)
		}
	}
	return out
}

// Detach takes an attachment away, with its associations and propagations.
// Static routes that point at it stay, and drop what they catch.
func Detach(c *cloud.Call, id string) {
	for _, token := range []string{Association, Propagation} {
		for _, r := range c.Everywhere(token) {
			if ec2.Text(r.State, "transitGatewayAttachmentId") == id {
				c.Remove(r)
			}
		}
	}
	if a := attachment(c, id); a != nil {
		c.Remove(a)
	}
}
