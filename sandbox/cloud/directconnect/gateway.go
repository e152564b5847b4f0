package directconnect

import (
	"strconv"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// errClient is Direct Connect's one code for whatever the caller did wrong.
const errClient = "DirectConnectClientException"

func gatewaySpec() *cloud.Spec {
	return &cloud.Spec{
		Token:  Gateway,
		Global: true,
		API: cloud.API{Create: "directconnect:CreateDirectConnectGateway", Read: "directconnect:DescribeDirectConnectGateways",
			Update: "directconnect:UpdateDirectConnectGateway", Delete: "directconnect:DeleteDirectConnectGateway"},
		Latency:  cloud.Latency{Create: 10 * time.Second, Update: 5 * time.Second, Delete: 15 * time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 100},
		Check:    []func(*cloud.Call) error{checkASN},
		Create: func(c *cloud.Call) error {
			if len(c.List(Gateway)) >= gatewaysPerAccount {
				return c.Fail(errClient, "You have reached the limit of %d Direct Connect gateways.", gatewaysPerAccount)
			}
			h := c.Hex(32)
			c.ID = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
			c.State["ownerAccountId"] = c.Account
			c.State["arn"] = c.GlobalARN("directconnect", "dx-gateway/"+c.ID)
			return nil
		},
	}
}

// checkASN allows the private ranges, and AWS's own legacy number.
func checkASN(c *cloud.Call) error {
	asn := c.Str("amazonSideAsn")
	if asn == "" {
		return nil
	}
	n, err := strconv.ParseUint(asn, 10, 32)
	if err == nil && (n == 7224 || n >= 64512 && n <= 65534 || n >= 4200000000 && n <= 4294967294) {
		return nil
	}
	return c.Invalid("amazonSideAsn", "%q must be in the private range 64512 to 65534 or 4200000000 to 4294967294", asn)
}

func getGateway(c *cloud.Call) (cloud.Props, error) {
	g := c.GetBy(Gateway, "name", c.Str("name"))
	if g == nil {
		return nil, c.Invalid("name", "no Direct Connect gateway is named %q", c.Str("name"))
	}
	return cloud.Props{"id": g.ID, "name": c.Str("name"), "arn": g.State["arn"], "amazonSideAsn": ec2.Text(g.State, "amazonSideAsn"),
		"ownerAccountId": g.Account}, nil
}
