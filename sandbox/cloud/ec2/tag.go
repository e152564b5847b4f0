package ec2

import (
	"strings"

	"retail/sandbox/cloud"
)

// tagSpec declares a single tag on an EC2 resource that something else made:
// one of the account's own, or another account's attachment to a transit
// gateway of this account, which each side tags for itself. The tag is kept
// apart from the resource's own tags.
func tagSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Tag,
		API:   cloud.API{Create: "ec2:CreateTags", Read: "ec2:DescribeTags", Update: "ec2:CreateTags", Delete: "ec2:DeleteTags"},
		Check: []func(*cloud.Call) error{func(c *cloud.Call) error {
			if strings.HasPrefix(strings.ToLower(c.Str("key")), "aws:") {
				return c.Invalid("key", "%q must not begin with aws:", c.Str("key"))
			}
			return nil
		}},
		Create: func(c *cloud.Call) error {
			id, key := c.Str("resourceId"), c.Str("key")
			if !taggable(c, id) {
				return c.Fail("InvalidID", "The ID '%s' is not valid", id)
			}
			c.ID = id + "," + key
			if c.Get(Tag, c.ID) != nil {
				return c.Invalid("key", "the tag %q of %s is set by another resource already", key, id)
			}
			return nil
		},
	}
}

var taggableTypes = []string{Vpc, Subnet, InternetGateway, Eip, NatGateway, RouteTable, Endpoint, Interface, SecurityGroup,
	NetworkACL, FlowLog, LaunchTemplate, PrefixList, transitGateway, vpcAttachment,
	"aws:ec2transitgateway/routeTable:RouteTable", TransitAttachment}

func taggable(c *cloud.Call, id string) bool {
	for _, token := range taggableTypes {
		if c.Get(token, id) != nil {
			return true
		}
	}
	return false
}
