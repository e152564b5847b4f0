package transitgateway

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// vpnSpec is a Site-to-Site VPN connection between a customer gateway and a
// transit gateway. It makes an attachment, which joins the default tables.
func vpnSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: VpnConnection,
		API: cloud.API{Create: "ec2:CreateVpnConnection", Read: "ec2:DescribeVpnConnections",
			Update: "ec2:ModifyVpnTunnelOptions", Delete: "ec2:DeleteVpnConnection"},
		Latency:  cloud.Latency{Create: 240 * time.Second, Update: 300 * time.Second, Delete: 120 * time.Second},
		Defaults: cloud.Props{"tunnel1EnableTunnelLifecycleControl": false, "tunnel2EnableTunnelLifecycleControl": false},
		Refs: []cloud.Ref{
			toGateway(),
			{Path: "customerGatewayId", To: []string{CustomerGateway}, NotFound: "InvalidCustomerGatewayID.NotFound", Holds: "IncorrectState"},
		},
		Check: []func(*cloud.Call) error{
			checkTunnels,
			ec2.Unsupported("sandbox/cloud/transitgateway/vpn.go", "vpnGatewayId", "enableAcceleration",
				"transportTransitGatewayAttachmentId", "localIpv6NetworkCidr", "remoteIpv6NetworkCidr"),
		},
		Create: createVpn,
		Update: updateVpn,
		Delete: func(c *cloud.Call) error { Detach(c, ec2.Text(c.State, "transitGatewayAttachmentId")); return nil },
		Wait: func(_ context.Context, c *cloud.Call) (func() error, error) {
			return func() error {
				a := attachment(c, ec2.Text(c.State, "transitGatewayAttachmentId"))
				if c.Verb == "create" && a != nil && ec2.Text(a.State, "state") == pending {
					open(c, a, joins{true, true})
				}
				return nil
			}, nil
		},
	}
}

// Rules of "Tunnel options for your Site-to-Site VPN connection".
var (
	linkLocal    = netip.MustParsePrefix("169.254.0.0/16")
	reservedVpn  = []string{"169.254.0.0/30", "169.254.1.0/30", "169.254.2.0/30", "169.254.3.0/30", "169.254.4.0/30", "169.254.5.0/30", "169.254.169.252/30"}
	presharedKey = regexp.MustCompile(`^[A-Za-z1-9._][A-Za-z0-9._]{7,63}$`)
)

func checkTunnels(c *cloud.Call) error {
	if id := c.Any("transitGatewayId"); id == nil || id == "" {
		return c.Invalid("transitGatewayId", "is required: virtual private gateways are not simulated")
	}
	for _, tunnel := range []string{"tunnel1", "tunnel2"} {
		if key := c.Str(tunnel + "PresharedKey"); key != "" && !presharedKey.MatchString(key) {
			return c.Invalid(tunnel+"PresharedKey", "must be 8 to 64 letters, digits, periods and underscores and not begin with 0")
		}
		inside := c.Str(tunnel + "InsideCidr")
		if inside == "" {
			continue
		}
		p, err := netip.ParsePrefix(inside)
		if err != nil || p.Bits() != 30 || p != p.Masked() || !linkLocal.Contains(p.Addr()) {
			return c.Invalid(tunnel+"InsideCidr", "%q must be a /30 from 169.254.0.0/16", inside)
		}
		for _, r := range reservedVpn {
			if inside == r {
				return c.Invalid(tunnel+"InsideCidr", "%s is reserved by AWS", inside)
			}
		}
	}
	if a := c.Str("tunnel1InsideCidr"); a != "" && a == c.Str("tunnel2InsideCidr") {
		return c.Invalid("tunnel2InsideCidr", "%s is tunnel 1's", a)
	}
	return nil
}

func createVpn(c *cloud.Call) error {
	gateway := c.Get(Gateway, c.Str("transitGatewayId"))
	c.ID = c.NewID("vpn")
	id := c.NewID("tgw-attach")
	Attach(c, gateway, id, "vpn", c.ID, pending)
	c.State["arn"], c.State["transitGatewayAttachmentId"] = c.ARN("ec2", "vpn-connection/"+c.ID), id
	ec2.Fill(c.State, cloud.Props{"coreNetworkArn": "", "coreNetworkAttachmentArn": "", "presharedKeyArn": "",
		"routes": []any{}, "staticRoutesOnly": false, "enableAcceleration": false, "tunnelInsideIpVersion": "ipv4",
		"localIpv4NetworkCidr": "0.0.0.0/0", "remoteIpv4NetworkCidr": "0.0.0.0/0", "outsideIpAddressType": "PublicIpv4", "vpnGatewayId": ""})
	tunnels(c, gateway)
	return nil
}

// updateVpn keeps what AWS chose itself where the program names nothing.
func updateVpn(c *cloud.Call) error {
	if c.Old["transitGatewayId"] != c.Inputs["transitGatewayId"] {
		return c.Invalid("transitGatewayId", "moving a connection to another gateway is not simulated: extend sandbox/cloud/transitgateway/vpn.go")
	}
	tunnels(c, c.Get(Gateway, c.Str("transitGatewayId")))
	return nil
}

// tunnels fills in the two tunnels' addresses, keys and telemetry.
func tunnels(c *cloud.Call, gateway *cloud.Record) {
	telemetry := []any{}
	customer := ec2.Text(c.Get(CustomerGateway, c.Str("customerGatewayId")).State, "ipAddress")
	var xml strings.Builder
	for n := 1; n <= 2; n++ {
		t := "tunnel" + strconv.Itoa(n)
		seed, _ := strconv.ParseUint(c.Hex(6), 16, 32)
		network := netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, byte(6 + seed%150), byte(seed>>8) &^ 3}), 30)
		ec2.Fill(c.State, cloud.Props{
			t + "InsideCidr": network.String(), t + "PresharedKey": "k" + c.Hex(31), t + "Address": fmt.Sprintf("192.0.2.%d", 1+seed%254),
		})
		inside := netip.MustParsePrefix(ec2.Text(c.State, t+"InsideCidr")).Addr()
		c.State[t+"VgwInsideAddress"], c.State[t+"CgwInsideAddress"] = inside.Next().String(), inside.Next().Next().String()
		c.State[t+"BgpAsn"], c.State[t+"BgpHoldtime"] = strconv.Itoa(ec2.Number(gateway.State, "amazonSideAsn")), 30
		telemetry = append(telemetry, cloud.Props{"outsideIpAddress": c.State[t+"Address"], "status": "DOWN", "acceptedRouteCount": 0,
			"lastStatusChange": c.Now().Format(time.RFC3339), "statusMessage": "IPSEC IS DOWN", "certificateArn": ""})
		fmt.Fprintf(&xml, "<ipsec_tunnel><customer_gateway><tunnel_outside_address><ip_address>%s</ip_address></tunnel_outside_address>"+
			"</customer_gateway><vpn_gateway><tunnel_outside_address><ip_address>%s</ip_address></tunnel_outside_address></vpn_gateway>"+
			"<ike><pre_shared_key>%s</pre_shared_key></ike></ipsec_tunnel>", customer, c.State[t+"Address"], c.State[t+"PresharedKey"])
	}
	c.State["vgwTelemetries"] = telemetry
	c.State["customerGatewayConfiguration"] = fmt.Sprintf(`<vpn_connection id="%s">%s</vpn_connection>`, c.ID, xml.String())
}

// vpnRouteSpec refuses: CreateVpnConnectionRoute is for virtual private
// gateways, a transit gateway's static routes lie in its route tables.
func vpnRouteSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: VpnConnectionRoute,
		API: cloud.API{Create: "ec2:CreateVpnConnectionRoute", Read: "ec2:DescribeVpnConnections",
			Delete: "ec2:DeleteVpnConnectionRoute"},
		Refs: []cloud.Ref{{Path: "vpnConnectionId", To: []string{VpnConnection}, NotFound: "InvalidVpnConnectionID.NotFound"}},
		Create: func(c *cloud.Call) error {
			return c.Invalid("vpnConnectionId", "%s ends on a transit gateway: declare the route as %s", c.Str("vpnConnectionId"), Route)
		},
	}
}
