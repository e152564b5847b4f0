package transitgateway_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/transitgateway"
)

// attached is a spoke with an attachment that is associated with a table.
func (n network) attached(account, cidr string, table *cloudtest.Resource) (spoke, *cloudtest.Resource) {
	s := n.spoke(account, cidr)
	a := s.Create(transitgateway.VpcAttachment, s.attach(n.gateway))
	n.hub.Create(transitgateway.Association, tie(table, a))
	return s, a
}

func open(t *testing.T) network {
	n := start(t, cloud.Props{"autoAcceptSharedAttachments": "enable"})
	n.share()
	return n
}

func TestOverlappingNetworksArePropagatedOnce_N2(t *testing.T) {
	n := open(t)
	table := n.table()
	_, first := n.attached(dev, "10.10.0.0/16", table)
	second, late := n.attached(prod, "10.10.128.0/17", table)
	n.hub.Create(transitgateway.Propagation, tie(table, first))
	n.hub.Create(transitgateway.Propagation, tie(table, late))
	assert.Equal(t, first.ID, n.path(second, "10.10.200.1").Attachment, "the second VPC is unreachable, silently")
	routes := n.hub.Invoke("aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes", cloud.Props{
		"transitGatewayRouteTableId": table.ID, "filters": []any{cloud.Props{"name": "type", "values": []any{"propagated"}}}})["routes"]
	require.Len(t, routes, 1)
	assert.Equal(t, "10.10.0.0/16", routes.([]any)[0].(map[string]any)["destinationCidrBlock"])
}

func TestSecondaryBlocksArePropagatedAndCollide_N2(t *testing.T) {
	n := open(t)
	table := n.table()
	one, first := n.attached(dev, "10.10.0.0/16", table)
	two, late := n.attached(prod, "10.20.0.0/16", table)
	for _, s := range []spoke{one, two} {
		s.Create(ec2.CidrAssociation, cloud.Props{"vpcId": s.vpc.ID, "cidrBlock": "100.64.0.0/16"})
	}
	for _, a := range []*cloudtest.Resource{first, late} {
		n.hub.Create(transitgateway.Propagation, tie(table, a))
	}
	assert.Equal(t, late.ID, n.path(one, "10.20.0.1").Attachment)
	assert.Equal(t, first.ID, n.path(two, "100.64.0.1").Attachment, "the pods' range leads to the first VPC only")
}

func TestStaticRoutesToPrimaryBlocksKeepPodRangesOut_N2(t *testing.T) {
	n := open(t)
	table := n.table()
	one, first := n.attached(dev, "10.10.0.0/16", table)
	two, _ := n.attached(prod, "10.20.0.0/16", table)
	for _, s := range []spoke{one, two} {
		s.Create(ec2.CidrAssociation, cloud.Props{"vpcId": s.vpc.ID, "cidrBlock": "100.64.0.0/16"})
	}
	n.hub.Create(transitgateway.Route, route(table, "10.10.0.0/16", first))
	assert.Equal(t, first.ID, n.path(two, "10.10.0.1").Attachment)
	assert.False(t, n.path(two, "100.64.0.1").Reached())
}

func TestEnvironmentsNeverReachEachOther(t *testing.T) {
	n := open(t)
	devTable, prodTable, onPremises := n.table(), n.table(), n.table()
	d, devAttachment := n.attached(dev, "10.10.0.0/16", devTable)
	p, prodAttachment := n.attached(prod, "10.20.0.0/16", prodTable)
	customer := n.hub.Create(transitgateway.CustomerGateway, cloud.Props{"type": "ipsec.1", "bgpAsn": "65010", "ipAddress": "198.51.100.7"})
	vpn := n.hub.Create(transitgateway.VpnConnection, cloud.Props{"type": "ipsec.1", "customerGatewayId": customer.ID,
		"transitGatewayId": n.gateway.ID})
	site := &cloudtest.Resource{ID: vpn.State["transitGatewayAttachmentId"].(string)}
	require.NoError(t, n.World.SetProperty(site.ID, "announced", []any{"10.0.0.0/8"}))
	n.hub.Create(transitgateway.Association, tie(onPremises, site))
	for _, table := range []*cloudtest.Resource{devTable, prodTable} {
		n.hub.Create(transitgateway.Propagation, tie(table, site))
	}
	assert.Equal(t, site.ID, n.path(d, "10.20.0.1").Attachment, "a summary from on-premises leads to the other environment by way of the site")

	n.hub.Create(transitgateway.Route, route(devTable, "10.20.0.0/16", nil))
	n.hub.Create(transitgateway.Route, route(prodTable, "10.10.0.0/16", nil))
	n.hub.Create(transitgateway.Route, route(onPremises, "10.10.0.0/16", devAttachment))
	n.hub.Create(transitgateway.Route, route(onPremises, "10.20.0.0/16", prodAttachment))
	for _, test := range []struct {
		from spoke
		to   string
	}{{d, "10.20.0.1"}, {d, "10.20.255.255"}, {p, "10.10.0.1"}} {
		hop := n.path(test.from, test.to)
		assert.False(t, hop.Reached(), "%s", test.to)
		assert.True(t, hop.Blackhole, "%s", test.to)
	}
	assert.Equal(t, site.ID, n.path(d, "10.99.0.1").Attachment)
	assert.Equal(t, vpn.ID, n.path(d, "10.99.0.1").Resource)
	assert.Equal(t, devTable.ID, n.path(d, "192.0.2.1").Table)
	assert.False(t, n.path(d, "192.0.2.1").Reached())
}

func TestTheLongestPrefixWinsThenTheStaticRoute(t *testing.T) {
	n := open(t)
	table := n.table()
	from, _ := n.attached(dev, "10.10.0.0/16", table)
	_, wide := n.attached(prod, "10.20.0.0/16", table)
	_, narrow := n.attached(hubAccount, "10.30.0.0/16", table)
	n.hub.Create(transitgateway.Propagation, tie(table, wide))
	n.hub.Create(transitgateway.Route, route(table, "10.20.8.0/24", narrow))
	assert.Equal(t, wide.ID, n.path(from, "10.20.0.1").Attachment)
	assert.Equal(t, narrow.ID, n.path(from, "10.20.8.1").Attachment)
	n.hub.Create(transitgateway.Route, route(table, "10.20.0.0/16", narrow))
	assert.Equal(t, narrow.ID, n.path(from, "10.20.0.1").Attachment)
	n.hub.FailsCreate(transitgateway.Route, route(table, "10.20.0.0/16", wide), "RouteAlreadyExists")
}

func TestAStaticRouteToADeletedAttachmentIsABlackhole(t *testing.T) {
	n := open(t)
	table := n.table()
	from, _ := n.attached(dev, "10.10.0.0/16", table)
	gone, attachment := n.attached(prod, "10.20.0.0/16", table)
	n.hub.Create(transitgateway.Route, route(table, "10.20.0.0/16", attachment))
	gone.Delete(attachment)
	assert.True(t, n.path(from, "10.20.0.1").Blackhole)
}

func TestPrefixListReferencesAreRoutes(t *testing.T) {
	n := open(t)
	table := n.table()
	from, _ := n.attached(dev, "10.10.0.0/16", table)
	_, to := n.attached(prod, "10.20.0.0/16", table)
	list := n.hub.Create(ec2.PrefixList, cloud.Props{"name": "sites", "addressFamily": "IPv4", "maxEntries": 3.0,
		"entries": []any{cloud.Props{"cidr": "172.16.0.0/12"}}})
	inputs := tie(table, to)
	inputs["prefixListId"] = list.ID
	n.hub.Create(transitgateway.PrefixListReference, inputs)
	assert.Equal(t, to.ID, n.path(from, "172.20.0.1").Attachment)
	inputs["prefixListId"] = "pl-0"
	n.hub.FailsCreate(transitgateway.PrefixListReference, inputs, "InvalidPrefixListID.NotFound")
}
