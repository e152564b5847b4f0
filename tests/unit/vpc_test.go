package unit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

const (
	subnetType      = "aws:ec2/subnet:Subnet"
	routeType       = "aws:ec2/route:Route"
	natGateway      = "aws:ec2/natGateway:NatGateway"
	vpcAttachment   = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
	vpcAccepter     = "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter"
	securityIngress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)

func prod(edits ...func(map[string]any)) []func(map[string]any) {
	return append([]func(map[string]any){stackfile.Set("name", "prod")}, edits...)
}

func TestSubnetsServeEveryColourByTheirTags(t *testing.T) {
	want := map[string]map[string]any{
		"public":     {"kubernetes.io/role/elb": "1"},
		"private":    {"kubernetes.io/role/internal-elb": "1", "kubernetes.io/role/cni": "0"},
		"pods":       {"kubernetes.io/role/cni": "1"},
		"data":       {},
		"attachment": {},
	}
	r := up(t, "dev", dev()...)
	assert.Len(t, r.OfType(subnetType), 10)
	for role, tags := range want {
		for _, zone := range []string{"euw1-az1", "euw1-az2"} {
			subnet := r.One(t, subnetType, "main-"+role+"-"+zone)
			tags["Name"] = "retail-dev-main-" + role + "-" + zone
			assert.Equal(t, tags, subnet.Value("tags").Mappable(), "no tag names a cluster")
			assert.Equal(t, zone, subnet.String("availabilityZoneId"), "case N3")
			assert.False(t, subnet.Value("mapPublicIpOnLaunch").BoolValue())
		}
	}
	assert.Equal(t, "100.64.32.0/19", r.One(t, subnetType, "main-pods-euw1-az2").String("cidrBlock"))
	assert.Equal(t, "10.20.32.0/20", r.One(t, subnetType, "main-private-euw1-az2").String("cidrBlock"))
}

func TestPodSubnetsWaitForTheSecondaryRange(t *testing.T) {
	r := up(t, "dev", dev()...)
	secondary := r.One(t, "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", "main-pods")
	assert.Equal(t, "100.64.0.0/16", secondary.String("cidrBlock"))
	assert.True(t, r.One(t, subnetType, "main-pods-euw1-az1").WaitsFor(secondary))
}

func TestHalfOfEachPodSubnetIsSetAsideForPrefixes_N8(t *testing.T) {
	r := up(t, "dev", dev()...)
	reservation := r.One(t, "aws:ec2/subnetCidrReservation:SubnetCidrReservation", "main-prefixes-euw1-az1")
	assert.Equal(t, "subnet-main-pods-euw1-az1", reservation.String("subnetId"))
	assert.Equal(t, "100.64.16.0/20", reservation.String("cidrBlock"))
	assert.Equal(t, "prefix", reservation.String("reservationType"))

	shared := up(t, "dev", dev(stackfile.Set("vpcs.main.podCidr", nil))...)
	reservation = shared.One(t, "aws:ec2/subnetCidrReservation:SubnetCidrReservation", "main-prefixes-euw1-az1")
	assert.Equal(t, "subnet-main-private-euw1-az1", reservation.String("subnetId"))
	assert.Empty(t, shared.One(t, subnetType, "main-private-euw1-az1").String(`tags["kubernetes.io/role/cni"]`), "pods share these subnets")
}

func TestEachZoneLeavesThroughItsOwnNATGateway(t *testing.T) {
	r := up(t, "prod", prod()...)
	require.Len(t, r.OfType(natGateway), 6)
	for _, vpc := range []string{"main", "second"} {
		for _, zone := range []string{"euw1-az1", "euw1-az2", "euw1-az3"} {
			nat := r.One(t, natGateway, vpc+"-nat-"+zone)
			assert.Equal(t, "subnet-"+vpc+"-public-"+zone, nat.String("subnetId"))
			route := r.One(t, routeType, vpc+"-private-internet-"+zone)
			assert.Equal(t, "nat-"+nat.Name, route.String("natGatewayId"))
			assert.Equal(t, "rtb-"+vpc+"-private-"+zone, route.String("routeTableId"))
			assert.True(t, r.Reaches(nat, r.One(t, "aws:ec2/internetGateway:InternetGateway", vpc+"-internet")))
		}
	}
}

func TestSingleNATGatewayStandsInTheFirstZoneListed(t *testing.T) {
	r := up(t, "dev", dev()...)
	require.Len(t, r.OfType(natGateway), 1)
	assert.Equal(t, "main-nat-euw1-az1", r.OfType(natGateway)[0].Name)
	assert.Equal(t, "nat-main-nat-euw1-az1", r.One(t, routeType, "main-private-internet-euw1-az2").String("natGatewayId"))
}

func TestDataAndAttachmentSubnetsHaveNoWayOut(t *testing.T) {
	r := up(t, "dev", dev()...)
	for _, route := range r.OfType(routeType) {
		assert.NotContains(t, []string{"rtb-main-data", "rtb-main-attachment"}, route.String("routeTableId"))
	}
	assert.Equal(t, "rtb-main-data", r.One(t, "aws:ec2/routeTableAssociation:RouteTableAssociation", "main-data-euw1-az1").String("routeTableId"))
}

func TestDefaultSecurityGroupAdmitsNothing(t *testing.T) {
	group := up(t, "dev", dev()...).One(t, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "main-default")
	assert.True(t, group.Value("ingress").IsNull())
	assert.True(t, group.Value("egress").IsNull())
}

func TestEndpoints(t *testing.T) {
	r := up(t, "dev", dev()...)
	s3 := r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "main-endpoint-s3")
	assert.Equal(t, "com.amazonaws.eu-west-1.s3", s3.String("serviceName"))
	assert.Equal(t, []any{"rtb-main-private-euw1-az1", "rtb-main-private-euw1-az2"}, s3.Value("routeTableIds").Mappable())
	auth := r.One(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "main-endpoint-eks-auth")
	assert.True(t, auth.Value("privateDnsEnabled").BoolValue())
	assert.Equal(t, []any{"sg-main-endpoints"}, auth.Value("securityGroupIds").Mappable())
	assert.Equal(t, []any{"subnet-main-private-euw1-az1", "subnet-main-private-euw1-az2"}, auth.Value("subnetIds").Mappable())
	for name, block := range map[string]string{"nodes": "10.20.0.0/16", "pods": "100.64.0.0/16"} {
		rule := r.One(t, securityIngress, "main-endpoints-from-"+name)
		assert.Equal(t, block, rule.String("cidrIpv4"))
		assert.EqualValues(t, 443, rule.Value("fromPort").NumberValue())
	}

	none := up(t, "dev", dev(stackfile.Set("vpcs.main.endpoints.interface", []any{}))...)
	assert.Len(t, none.OfType("aws:ec2/vpcEndpoint:VpcEndpoint"), 2, "an empty list means none")
	for _, group := range none.OfType("aws:ec2/securityGroup:SecurityGroup") {
		assert.NotEqual(t, "main-endpoints", group.Name)
	}
}

func TestFlowLogsMayBeWrittenAndNothingElse(t *testing.T) {
	r := up(t, "dev", dev()...)
	var document struct {
		Statement []struct{ Action, Resource []string }
	}
	require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:iam/rolePolicy:RolePolicy", "main-flow-logs-inline").String("policy")), &document))
	require.Len(t, document.Statement, 2)
	assert.Equal(t, []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}, document.Statement[0].Action)
	assert.Equal(t, []string{"arn:aws:logs:eu-west-1:222222222222:log-group:main-flow-logs:*"}, document.Statement[0].Resource)
	assert.Equal(t, []string{"logs:DescribeLogGroups"}, document.Statement[1].Action)

	group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-flow-logs")
	assert.Equal(t, "/retail-dev-main/flow-logs", group.String("name"))
	assert.EqualValues(t, 14, group.Value("retentionInDays").NumberValue())
	key := r.One(t, "aws:kms/key:Key", "main-flow-logs-key")
	assert.True(t, key.Value("enableKeyRotation").BoolValue())
	assert.Contains(t, key.String("policy"), `"kms:EncryptionContext:aws:logs:arn":["arn:aws:logs:eu-west-1:222222222222:log-group:/retail-dev-main/flow-logs"]`)
	assert.True(t, r.Reaches(r.One(t, "aws:ec2/flowLog:FlowLog", "main-flow-logs"), r.One(t, "aws:iam/rolePolicy:RolePolicy", "main-flow-logs-inline")))
}

func TestVPCRoutesWaitUntilTheAttachmentIsUsable_N1(t *testing.T) {
	r := up(t, "prod", prod()...)
	for _, vpc := range []string{"main", "second"} {
		usable := []*recorder.Resource{
			r.One(t, vpcAttachment, vpc), r.One(t, vpcAccepter, vpc), r.One(t, gatewayAssociation, vpc),
			r.One(t, gatewayRoute, vpc+"-environment"), r.One(t, gatewayRoute, vpc+"-on-premises"),
		}
		var destinations []string
		for _, route := range r.OfType(routeType) {
			if !strings.HasPrefix(route.Name, vpc+"-euw1-") {
				continue
			}
			assert.Equal(t, "tgw-hub", route.String("transitGatewayId"), "the target is the gateway, not the attachment")
			for _, needed := range usable {
				assert.True(t, route.WaitsFor(needed), "%s waits for %s", route.Name, needed.URN)
			}
			if strings.Contains(route.Name, "euw1-az1") {
				destinations = append(destinations, route.String("destinationCidrBlock"))
			}
		}
		slices.Sort(destinations)
		other := map[string]string{"main": "10.31.0.0/16", "second": "10.30.0.0/16"}[vpc]
		assert.Equal(t, []string{other, "192.168.0.0/17"}, destinations)
	}
}

func TestHubLearnsPrimaryRangesOnly_N2(t *testing.T) {
	r := up(t, "prod", prod()...)
	assert.Empty(t, r.OfType(gatewayPropagation), "propagation would announce the pods' ranges too")
	got := map[string][]string{}
	for _, route := range r.OfType(gatewayRoute) {
		got[route.String("transitGatewayRouteTableId")] = append(got[route.String("transitGatewayRouteTableId")], route.String("destinationCidrBlock"))
	}
	assert.Equal(t, map[string][]string{
		"tgw-rtb-hub-environment-prod": {"10.30.0.0/16", "10.31.0.0/16"},
		"tgw-rtb-hub-on-premises":      {"10.30.0.0/16", "10.31.0.0/16"},
	}, got)
}

func TestAttachmentStandsInItsOwnSubnets(t *testing.T) {
	attachment := up(t, "dev", dev()...).One(t, vpcAttachment, "main")
	assert.Equal(t, []any{"subnet-main-attachment-euw1-az1", "subnet-main-attachment-euw1-az2"}, attachment.Value("subnetIds").Mappable())
	assert.Equal(t, "disable", attachment.String("applianceModeSupport"))
	// They cannot be set from the environment's account on a shared gateway.
	assert.True(t, attachment.Value("transitGatewayDefaultRouteTableAssociation").IsNull())
	assert.True(t, attachment.Value("transitGatewayDefaultRouteTablePropagation").IsNull())
}

func TestInvitationIsAcceptedOutsideAnOrganizationOnly_N6(t *testing.T) {
	const invitation = "aws:ram/resourceShareAccepter:ResourceShareAccepter"
	for _, mode := range []string{"accounts", "organization"} {
		outputs := hubOutputs()
		outputs["sharing"] = mode
		r := recorder.New(t).Hub(outputs)
		require.NoError(t, r.Run(program, stackfile.Read(t, "dev", dev()...)))
		assert.Empty(t, r.OfType(invitation), mode)
	}
	outputs := hubOutputs()
	outputs["sharing"] = "external"
	r := recorder.New(t).Hub(outputs)
	require.NoError(t, r.Run(program, stackfile.Read(t, "dev", dev()...)))
	accepter := r.One(t, invitation, "main-invitation")
	assert.Equal(t, hubOutputs()["shareArn"], accepter.String("shareArn"))
	assert.Equal(t, "aws", r.ByReference(accepter.Provider).Name)
	assert.True(t, r.One(t, vpcAttachment, "main").WaitsFor(accepter))
}

func TestGatewayThatAcceptsByItselfNeedsNoAccepter(t *testing.T) {
	outputs := hubOutputs()
	outputs["acceptance"] = "automatic"
	r := recorder.New(t).Hub(outputs)
	require.NoError(t, r.Run(program, stackfile.Read(t, "dev", dev()...)))
	assert.Empty(t, r.OfType(vpcAccepter))
	assert.True(t, r.One(t, gatewayAssociation, "main").WaitsFor(r.One(t, vpcAttachment, "main")))
}
