// Package ram simulates AWS Resource Access Manager: shares, the resources in
// them, the principals they go to, and invitations to accounts outside the
// organisation. Inside the organisation sharing is switched on and there are no
// invitations ("Enable resource sharing within AWS Organizations", AWS RAM User
// Guide). The organisation has no organisational units: a share to one is
// refused as to one that does not exist.
package ram

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the service's resource types.
const (
	Share     = "aws:ram/resourceShare:ResourceShare"
	Resource  = "aws:ram/resourceAssociation:ResourceAssociation"
	Principal = "aws:ram/principalAssociation:PrincipalAssociation"
	Accepter  = "aws:ram/resourceShareAccepter:ResourceShareAccepter"
)

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(shareSpec(), resourceSpec(), principalSpec(), accepterSpec())
	r.AddInvoke(&cloud.Invoke{Token: "aws:ram/getResourceShare:getResourceShare", API: "ram:GetResourceShares", Do: getShare})
}

func shareSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Share,
		API: cloud.API{Create: "ram:CreateResourceShare", Read: "ram:GetResourceShares", Update: "ram:UpdateResourceShare",
			Delete: "ram:DeleteResourceShare"},
		Latency:  cloud.Latency{Create: 3 * time.Second, Update: 3 * time.Second, Delete: 10 * time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		Defaults: cloud.Props{"allowExternalPrincipals": false},
		Create: func(c *cloud.Call) error {
			c.ID = c.ARN("ram", "resource-share/"+uuid(c))
			c.State["arn"] = c.ID
			ec2.Fill(c.State, cloud.Props{"permissionArns": []any{}})
			return nil
		},
		Update: func(c *cloud.Call) error {
			if !c.Bool("allowExternalPrincipals") {
				for _, p := range inShare(c, Principal, c.ID) {
					if id := ec2.Text(p.State, "principal"); external(c, id) {
						return outside(c)
					}
				}
			}
			return nil
		},
		// Associations go with the share.
		Delete: func(c *cloud.Call) error {
			for _, token := range []string{Resource, Principal} {
				for _, r := range inShare(c, token, c.ID) {
					c.Remove(r)
				}
			}
			for _, r := range c.Everywhere(Accepter) {
				if r.ID == c.ID {
					c.Remove(r)
				}
			}
			return nil
		},
	}
}

func uuid(c *cloud.Call) string {
	h := c.Hex(32)
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

func inShare(c *cloud.Call, token, share string) []*cloud.Record {
	return slices.DeleteFunc(c.List(token), func(r *cloud.Record) bool { return ec2.Text(r.State, "resourceShareArn") != share })
}

func toShare() cloud.Ref {
	return cloud.Ref{Path: "resourceShareArn", To: []string{Share}, NotFound: "UnknownResourceException"}
}

// shareable are the resource types that RAM shares and that are simulated, by
// the resource part of their ARN ("Shareable AWS resources").
var shareable = map[string][]string{
	"transit-gateway/": {"aws:ec2transitgateway/transitGateway:TransitGateway"},
	"subnet/":          {ec2.Subnet},
	"prefix-list/":     {ec2.PrefixList},
	"servicenetwork/":  {"aws:vpclattice/serviceNetwork:ServiceNetwork"},
	"service/":         {"aws:vpclattice/service:Service"},
}

func resourceSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Resource,
		API: cloud.API{Create: "ram:AssociateResourceShare", Read: "ram:GetResourceShareAssociations",
			Delete: "ram:DisassociateResourceShare"},
		Latency: cloud.Latency{Create: 5 * time.Second, Delete: 5 * time.Second},
		Refs:    []cloud.Ref{toShare()},
		Create: func(c *cloud.Call) error {
			arn := c.Str("resourceArn")
			parts := strings.SplitN(arn, ":", 6)
			if len(parts) != 6 {
				return c.Fail("MalformedArnException", "The specified resource ARN %s is not valid. Verify the ARN and try again.", arn)
			}
			if !owned(c, arn, parts[5]) {
				return c.Fail("UnknownResourceException", "Resource %s could not be found.", arn)
			}
			c.ID = c.Str("resourceShareArn") + "," + arn
			if c.Get(Resource, c.ID) != nil {
				return c.Fail("InvalidStateTransitionException", "The resource %s is associated with the share already.", arn)
			}
			return nil
		},
	}
}

// owned tells whether an ARN is that of a shareable resource of this account.
func owned(c *cloud.Call, arn, resource string) bool {
	for part, tokens := range shareable {
		if !strings.HasPrefix(resource, part) {
			continue
		}
		for _, token := range tokens {
			if c.GetBy(token, "arn", arn) != nil {
				return true
			}
		}
	}
	return false
}
