package transitgateway

import (
	"net/netip"
	"strconv"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// customerGatewaySpec is the far end of a VPN connection as AWS knows it.
func customerGatewaySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: CustomerGateway,
		API: cloud.API{Create: "ec2:CreateCustomerGateway", Read: "ec2:DescribeCustomerGateways",
			Delete: "ec2:DeleteCustomerGateway"},
		Latency: cloud.Latency{Create: 10 * time.Second, Delete: 10 * time.Second},
		Check:   []func(*cloud.Call) error{checkCustomer},
		Create: func(c *cloud.Call) error {
			for _, other := range c.List(CustomerGateway) {
				if ec2.Text(other.State, "ipAddress") == c.Str("ipAddress") && ec2.Text(other.State, "bgpAsn") == c.Str("bgpAsn") &&
					c.Str("ipAddress") != "" {
					return c.Invalid("ipAddress", "%s with ASN %s is the customer gateway %s already: AWS would give that one back",
						c.Str("ipAddress"), c.Str("bgpAsn"), other.ID)
				}
			}
			c.ID = c.NewID("cgw")
			c.State["arn"] = c.ARN("ec2", "customer-gateway/"+c.ID)
			ec2.Fill(c.State, cloud.Props{"bgpAsn": "65000", "certificateArn": "", "deviceName": "", "ipAddress": ""})
			return nil
		},
	}
}

func checkCustomer(c *cloud.Call) error {
	if asn := c.Str("bgpAsn"); asn != "" {
		if n, err := strconv.ParseUint(asn, 10, 32); err != nil || n == 0 || n > 2147483647 {
			return c.Invalid("bgpAsn", "%q must be a number from 1 to 2147483647 (above: bgpAsnExtended)", asn)
		}
	}
	if ip := c.Str("ipAddress"); ip != "" {
		if a, err := netip.ParseAddr(ip); err != nil || !a.Is4() {
			return c.Invalid("ipAddress", "%q is not an IPv4 address", ip)
		}
	}
	if c.Any("ipAddress") == nil && c.Any("certificateArn") == nil {
		return c.Invalid("ipAddress", "is required unless certificateArn is given")
	}
	return nil
}
