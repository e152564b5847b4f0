package transitgateway_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/transitgateway"
)

func TestVpnConnectionMakesAnAttachment(t *testing.T) {
	n := start(t, nil)
	customer := n.hub.Create(transitgateway.CustomerGateway, cloud.Props{"type": "ipsec.1", "bgpAsn": "65010", "ipAddress": "198.51.100.7"})
	inputs := cloud.Props{"type": "ipsec.1", "customerGatewayId": customer.ID, "transitGatewayId": n.gateway.ID,
		"tunnel1InsideCidr": "169.254.40.0/30"}
	vpn := n.hub.Create(transitgateway.VpnConnection, inputs)
	for name, want := range map[string]any{
		"tunnel1VgwInsideAddress": "169.254.40.1", "tunnel1CgwInsideAddress": "169.254.40.2", "tunnel1BgpAsn": "64512",
	} {
		assert.Equal(t, want, vpn.State[name], name)
	}
	assert.NotEqual(t, vpn.State["tunnel1PresharedKey"], vpn.State["tunnel2PresharedKey"])
	found := n.hub.Invoke("aws:ec2transitgateway/getVpnAttachment:getVpnAttachment", cloud.Props{
		"transitGatewayId": n.gateway.ID, "vpnConnectionId": vpn.ID})
	assert.Equal(t, vpn.State["transitGatewayAttachmentId"], found["id"])

	n.hub.FailsDelete(customer, "IncorrectState")
	n.hub.FailsDelete(n.gateway, "IncorrectState")
	_, err := n.hub.TryCreate(transitgateway.VpnConnectionRoute, cloud.Props{"vpnConnectionId": vpn.ID, "destinationCidrBlock": "10.0.0.0/8"})
	assert.ErrorContains(t, err, "declare the route as "+transitgateway.Route)
	changed := cloud.Clone(inputs)
	changed["tunnel1DpdTimeoutAction"] = "restart"
	key := vpn.State["tunnel1PresharedKey"]
	n.hub.Update(vpn, changed)
	assert.Equal(t, key, vpn.State["tunnel1PresharedKey"], "a change keeps the keys")
	n.hub.Delete(vpn)
	n.hub.Delete(customer)
	n.hub.Delete(n.gateway)
	assert.Empty(t, n.World.Records())
}

func TestVpnTunnelRules(t *testing.T) {
	n := start(t, nil)
	for name, inputs := range map[string]cloud.Props{
		"key too short":      {"tunnel1PresharedKey": "short"},
		"key begins with 0":  {"tunnel1PresharedKey": "0123456789"},
		"reserved network":   {"tunnel1InsideCidr": "169.254.169.252/30"},
		"not a /30":          {"tunnel1InsideCidr": "169.254.40.0/29"},
		"not link-local":     {"tunnel1InsideCidr": "10.0.0.0/30"},
		"the same twice":     {"tunnel1InsideCidr": "169.254.40.0/30", "tunnel2InsideCidr": "169.254.40.0/30"},
		"no transit gateway": {"transitGatewayId": ""},
	} {
		t.Run(name, func(t *testing.T) {
			all := cloud.Props{"type": "ipsec.1", "customerGatewayId": "cgw-1", "transitGatewayId": "tgw-1"}
			for k, v := range inputs {
				all[k] = v
			}
			_, broken := n.hub.Check(transitgateway.VpnConnection, all)
			assert.NotEmpty(t, broken)
		})
	}
}
