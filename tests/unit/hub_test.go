package unit

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

const (
	transitGateway     = "aws:ec2transitgateway/transitGateway:TransitGateway"
	gatewayTable       = "aws:ec2transitgateway/routeTable:RouteTable"
	gatewayRoute       = "aws:ec2transitgateway/route:Route"
	gatewayAssociation = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation"
	gatewayPropagation = "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation"
	resourceShare      = "aws:ram/resourceShare:ResourceShare"
	sharePrincipal     = "aws:ram/principalAssociation:PrincipalAssociation"
)

func TestHubOfTheCommittedConfiguration(t *testing.T) {
	assert.Equal(t, map[string]int{
		"pulumi:providers:aws": 1,
		"retail:transit:Hub":   1,
		transitGateway:         1,
		gatewayTable:           3, // dev, prod, the data centre
		gatewayRoute:           3, // blackholes: dev → prod's two ranges, prod → dev's one
		gatewayAssociation:     1,
		gatewayPropagation:     2,
		resourceShare:          1,
		sharePrincipal:         2,
		"aws:ram/resourceAssociation:ResourceAssociation": 1,
		"aws:ec2/customerGateway:CustomerGateway":         1,
		"aws:ec2/vpnConnection:VpnConnection":             1,
		"aws:cloudwatch/logGroup:LogGroup":                1,
		"aws:kms/key:Key":                                 1,
	}, up(t, "network").Count())
}

func TestGatewayHasNoDefaultTablesAndAcceptsNothingByItself(t *testing.T) {
	gateway := up(t, "network").One(t, transitGateway, "hub")
	assert.Equal(t, "disable", gateway.String("defaultRouteTableAssociation"))
	assert.Equal(t, "disable", gateway.String("defaultRouteTablePropagation"))
	assert.Equal(t, "disable", gateway.String("autoAcceptSharedAttachments"))
	assert.Equal(t, "retail-test", gateway.String("tags.Name"))

	automatic := up(t, "network", stackfile.Set("transitGateway.acceptance", "automatic"))
	assert.Equal(t, "enable", automatic.One(t, transitGateway, "hub").String("autoAcceptSharedAttachments"))
}

func TestEnvironmentsNeverReachEachOther(t *testing.T) {
	got := map[string][]string{}
	for _, route := range up(t, "network").OfType(gatewayRoute) {
		assert.True(t, route.Value("blackhole").BoolValue())
		assert.True(t, route.Value("transitGatewayAttachmentId").IsNull())
		table := route.String("transitGatewayRouteTableId")
		got[table] = append(got[table], route.String("destinationCidrBlock"))
	}
	assert.Equal(t, map[string][]string{
		"tgw-rtb-hub-environment-dev":  {"10.30.0.0/16", "10.31.0.0/16"},
		"tgw-rtb-hub-environment-prod": {"10.20.0.0/16"},
	}, got)
}

func TestDataCentreHasItsOwnTableAndIsLearntByAll(t *testing.T) {
	r := up(t, "network")
	association := r.One(t, gatewayAssociation, "hub-on-premises")
	assert.Equal(t, "tgw-attach-vpn", association.String("transitGatewayAttachmentId"))
	assert.Equal(t, "tgw-rtb-hub-on-premises", association.String("transitGatewayRouteTableId"))
	var learning []string
	for _, propagation := range r.OfType(gatewayPropagation) {
		assert.Equal(t, "tgw-attach-vpn", propagation.String("transitGatewayAttachmentId"))
		learning = append(learning, propagation.String("transitGatewayRouteTableId"))
	}
	assert.Equal(t, []string{"tgw-rtb-hub-environment-dev", "tgw-rtb-hub-environment-prod"}, learning)
}

func TestTunnelsAreStrongLoggedAndTheirKeysOutOfTheState_S4(t *testing.T) {
	r := up(t, "network")
	vpn := r.One(t, "aws:ec2/vpnConnection:VpnConnection", "hub-vpn")
	assert.Equal(t, "SecretsManager", vpn.String("presharedKeyStorage"))
	group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "hub-vpn-logs")
	for _, tunnel := range []string{"tunnel1", "tunnel2"} {
		assert.Equal(t, "ikev2", vpn.String(tunnel+"IkeVersions[0]"))
		assert.True(t, vpn.Value(tunnel+"IkeVersions[1]").IsNull())
		log := tunnel + "LogOptions.cloudwatchLogOptions"
		assert.True(t, vpn.Value(log+".logEnabled").BoolValue())
		assert.Contains(t, vpn.String(log+".logGroupArn"), "log-group:"+group.Name)
	}
	assert.Equal(t, "/retail-test/vpn", group.String("name"))
	assert.EqualValues(t, 365, group.Value("retentionInDays").NumberValue())
	assert.Contains(t, group.String("kmsKeyId"), "key/hub-vpn-logs-key")
}

func TestSharingModes_N6(t *testing.T) {
	const organization = "arn:aws:organizations::111111111111:organization/o-1234567890"
	for mode, want := range map[string]struct {
		external   bool
		principals []string
	}{
		"accounts":     {false, []string{"222222222222", "333333333333"}},
		"organization": {false, []string{organization}},
		"external":     {true, []string{"222222222222", "333333333333"}},
	} {
		sharing := map[string]any{"mode": mode}
		if mode == "organization" {
			sharing["organization"] = organization
		}
		r := up(t, "network", stackfile.Set("sharing", sharing))
		assert.Equal(t, want.external, r.One(t, resourceShare, "hub-share").Value("allowExternalPrincipals").BoolValue(), mode)
		var principals []string
		for _, principal := range r.OfType(sharePrincipal) {
			principals = append(principals, principal.String("principal"))
		}
		assert.Equal(t, want.principals, principals, mode)
	}
}

func TestDirectConnectTakesThePlaceOfTheVPN(t *testing.T) {
	r := recorder.New(t).Invoke("aws:ec2transitgateway/getDirectConnectGatewayAttachment:getDirectConnectGatewayAttachment",
		func(inputs resource.PropertyMap) (recorder.State, error) {
			assert.Equal(t, "tgw-hub", inputs["transitGatewayId"].StringValue())
			return recorder.State{"id": "tgw-attach-dx", "dxGatewayId": inputs["dxGatewayId"].StringValue(), "transitGatewayId": "tgw-hub", "tags": recorder.State{}}, nil
		})
	require.NoError(t, r.Run(program, stackfile.Read(t, "network",
		stackfile.Set("onPremises.vpn", nil), stackfile.Set("onPremises.directConnect.asn", 64513))))

	assert.Empty(t, r.OfType("aws:ec2/vpnConnection:VpnConnection"))
	association := r.One(t, "aws:directconnect/gatewayAssociation:GatewayAssociation", "hub-direct-connect")
	assert.Equal(t, "10.20.0.0/16", association.String("allowedPrefixes[0]"))
	assert.Equal(t, "tgw-hub", association.String("associatedGatewayId"))
	assert.Equal(t, "tgw-attach-dx", r.One(t, gatewayAssociation, "hub-on-premises").String("transitGatewayAttachmentId"))
	assert.Len(t, r.OfType(gatewayPropagation), 2)
	calls := r.Calls("aws:ec2transitgateway/getDirectConnectGatewayAttachment:getDirectConnectGatewayAttachment")
	require.Len(t, calls, 1)
	assert.Equal(t, "aws", r.ByReference(calls[0].Provider).Name, "case K9: lookups too have an explicit provider")
}

// A destroy stops at the first guarded resource, but what is not guarded may be gone
// by then: so everything is.
func TestTheWholeHubIsProtectedUnlessRelaxed_V7(t *testing.T) {
	for _, res := range up(t, "network").All() {
		assert.Equal(t, !strings.HasPrefix(res.Type, "pulumi:providers:"), res.Protect, res.URN)
	}
	relaxed := up(t, "network", stackfile.Set("relax.unprotected", "A hub for an exercise, gone by tonight."))
	for _, res := range relaxed.All() {
		assert.False(t, res.Protect, res.URN)
	}
}

// An environment leaves in two updates: the guard of what is its own, then itself.
func TestRetiringEnvironmentLosesTheGuardOfWhatIsItsOwn_V7(t *testing.T) {
	var unguarded []string
	for _, res := range up(t, "network", stackfile.Set("environments.dev.retiring", "Its account is closed next week.")).All() {
		if !res.Protect && !strings.HasPrefix(res.Type, "pulumi:providers:") {
			unguarded = append(unguarded, res.Type+" "+res.Name)
		}
	}
	want := []string{
		gatewayTable + " hub-environment-dev", gatewayPropagation + " hub-on-premises-dev", sharePrincipal + " hub-share-222222222222",
		gatewayRoute + " hub-blackhole-dev-prod-10.30.0.0-16", gatewayRoute + " hub-blackhole-dev-prod-10.31.0.0-16",
		gatewayRoute + " hub-blackhole-prod-dev-10.20.0.0-16",
	}
	assert.ElementsMatch(t, want, unguarded)

	all, left := byURN(up(t, "network")), byURN(up(t, "network", stackfile.Set("environments.dev", nil)))
	var gone []string
	for urn, res := range all {
		if _, stays := left[urn]; !stays {
			gone = append(gone, res.Type+" "+res.Name)
		}
	}
	assert.ElementsMatch(t, want, gone, "leaving the environment out then takes exactly these away")

	shared := up(t, "network", stackfile.Set("environments.dev.retiring", "Its account is closed next week."),
		stackfile.Set("environments.test", map[string]any{"account": "222222222222", "cidrs": []any{"10.40.0.0/16"}}))
	assert.True(t, shared.One(t, sharePrincipal, "hub-share-222222222222").Protect, "the account holds another environment")
}
