package unit

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHubOfTheCommittedConfiguration(t *testing.T) {
	assert.Equal(t, map[string]int{
		"pulumi:providers:aws": 1,
		"retail:transit:Hub":   1,
		"aws:ec2transitgateway/transitGateway:TransitGateway":               1,
		"aws:ec2transitgateway/routeTable:RouteTable":                       3, // dev, prod, the data centre
		"aws:ec2transitgateway/route:Route":                                 3, // blackholes: dev → prod's two ranges, prod → dev's one
		"aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": 1,
		"aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": 2,
		"aws:ram/resourceShare:ResourceShare":                               1,
		"aws:ram/resourceAssociation:ResourceAssociation":                   1,
		"aws:ram/principalAssociation:PrincipalAssociation":                 2,
		"aws:ec2/customerGateway:CustomerGateway":                           1,
		"aws:ec2/vpnConnection:VpnConnection":                               1,
		"aws:cloudwatch/logGroup:LogGroup":                                  1,
		"aws:kms/key:Key":                                                   1,
	}, up(t, "network").Count())
}
