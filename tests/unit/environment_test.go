package unit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// dev is the committed development environment under the stack name of the
// mocks, with edits.
func dev(edits ...func(map[string]any)) []func(map[string]any) {
	return append([]func(map[string]any){stackfile.Set("name", "dev")}, edits...)
}

// foundation takes away what lets customers in: what is left is what everything else
// stands on.
func foundation(vpcs ...string) []func(map[string]any) {
	edits := []func(map[string]any){stackfile.WithoutLattice, stackfile.Set("entrance", nil), stackfile.Set("observers", nil)}
	for _, name := range vpcs {
		at := "vpcs." + name
		for _, key := range []string{".frontDoor", ".zonalShift", ".shop", ".datastores", ".observability"} {
			edits = append(edits, stackfile.Set(at+key, nil))
		}
		for _, colour := range []string{".clusters.blue", ".clusters.green"} {
			edits = append(edits, stackfile.Set(at+colour+".loadBalancing", nil), stackfile.Set(at+colour+".mesh", nil))
		}
	}
	return edits
}

func TestFoundationOfTheCommittedDev(t *testing.T) {
	assert.Equal(t, map[string]int{
		"pulumi:providers:pulumi":      1, // stack references
		"pulumi:providers:aws":         2, // the environment's account, the hub's
		"pulumi:providers:eks":         1,
		"pulumi:providers:kubernetes":  6, // per colour one of the program's and two of pulumi-eks's own
		"pulumi:pulumi:StackReference": 1,

		"retail:vpc:VPC":  1,
		"aws:ec2/vpc:Vpc": 1,
		"aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": 1,
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":               1,
		"aws:ec2/subnet:Subnet":                               10, // five roles, two zones
		"aws:ec2/subnetCidrReservation:SubnetCidrReservation": 2,
		"aws:ec2/routeTable:RouteTable":                       5, // public, data, attachment, private in each zone
		"aws:ec2/routeTableAssociation:RouteTableAssociation": 10,
		"aws:ec2/internetGateway:InternetGateway":             1,
		"aws:ec2/eip:Eip":                                     1,
		"aws:ec2/natGateway:NatGateway":                       1,
		"aws:ec2/route:Route":                                 5, // internet: public, private in each zone; gateway: private in each zone
		"aws:ec2/vpcEndpoint:VpcEndpoint":                     10,
		"aws:ec2/flowLog:FlowLog":                             1,

		"retail:transit:Attachment":                                         1,
		"aws:ec2transitgateway/vpcAttachment:VpcAttachment":                 1,
		"aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": 1,
		"aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": 1,
		"aws:ec2transitgateway/route:Route":                                 2,

		"retail:cluster:Durable":                                  1,
		"retail:cluster:Cluster":                                  2,
		"retail:cluster:Nodes":                                    2,
		"retail:addons:BeforeNodes":                               2,
		"retail:addons:AfterNodes":                                2,
		"eks:index:Cluster":                                       2,
		"aws:eks/cluster:Cluster":                                 2,
		"aws:eks/nodeGroup:NodeGroup":                             4, // per colour one in each zone
		"aws:ec2/launchTemplate:LaunchTemplate":                   2,
		"aws:eks/addon:Addon":                                     12,
		"aws:eks/accessEntry:AccessEntry":                         6, // per colour deploy role, admin, viewer
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": 6,

		"aws:kms/key:Key":                                           2, // flow logs; Secrets, volumes and control plane logs
		"aws:kms/alias:Alias":                                       1,
		"aws:cloudwatch/logGroup:LogGroup":                          3, // flow logs, control plane of either colour
		"aws:iam/role:Role":                                         7,
		"aws:iam/rolePolicy:RolePolicy":                             1,
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment":         8,
		"aws:ec2/securityGroup:SecurityGroup":                       5,
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 12, // per VPC two of the endpoints, per colour five; a mesh adds one
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   6,
	}, up(t, "dev", dev(foundation("main")...)...).Count())
}

// E6: a node that starts before its add-ons, or before it reaches AWS, never joins.
func TestNodesOfAnEnvironmentWaitForAddonsAndWaysOut_E6(t *testing.T) {
	r := up(t, "dev", dev()...)
	for _, group := range r.OfType(nodeGroupType) {
		colour, _, _ := strings.Cut(group.Name, "-general")
		for _, addon := range []string{"vpc-cni", "kube-proxy", "eks-pod-identity-agent"} {
			assert.True(t, group.WaitsFor(r.One(t, addonType, colour+"-"+addon)), "%s waits for %s", group.Name, addon)
		}
		for _, zone := range []string{"euw1-az1", "euw1-az2"} {
			assert.True(t, group.WaitsFor(r.One(t, routeType, "main-private-internet-"+zone)), group.Name)
		}
		assert.True(t, r.One(t, addonType, colour+"-coredns").WaitsFor(group), "CoreDNS comes after %s", group.Name)
	}
}

// E11: the runner's network, inside the environment or behind the Transit Gateway,
// reaches the private endpoint; nobody else does.
func TestWhoReachesThePrivateEndpoint_E11(t *testing.T) {
	admitted := func(r *recorder.Recorder, colour string) []string {
		var blocks []string
		for _, rule := range r.OfType(securityIngress) {
			if rule.String("securityGroupId") == "sg-"+colour+"-control-plane" && rule.String("cidrIpv4") != "" {
				blocks = append(blocks, rule.String("cidrIpv4"))
			}
		}
		return blocks
	}
	assert.Equal(t, []string{"10.20.0.0/16"}, admitted(up(t, "dev", dev()...), "main-blue"))
	assert.Equal(t, []string{"10.30.0.0/16", "10.31.0.0/16", "192.168.16.0/20"}, admitted(up(t, "prod", prod()...), "second-green"))
	endpoint := stackfile.Set("vpcs.main.clusters.blue.endpoint", map[string]any{"privateCidrs": []any{"192.168.1.0/24"}})
	assert.Equal(t, []string{"192.168.1.0/24"}, admitted(up(t, "dev", dev(endpoint)...), "main-blue"))
}

func TestDetailedMonitoringIsAskedFor(t *testing.T) {
	r := up(t, "dev", dev(stackfile.Set("vpcs.main.clusters.green.nodeGroups.general.detailedMonitoring", true))...)
	assert.False(t, r.One(t, templateType, "main-blue-general").Value("monitoring.enabled").BoolValue())
	assert.True(t, r.One(t, templateType, "main-green-general").Value("monitoring.enabled").BoolValue())
}

// Production is two of dev's VPC, with a third zone and a NAT gateway in each.
func TestFoundationOfTheCommittedProd(t *testing.T) {
	want := up(t, "dev", dev(foundation("main")...)...).Count()
	for token := range want {
		want[token] *= 2
	}
	for token, count := range map[string]int{
		"pulumi:providers:pulumi": 1, "pulumi:providers:aws": 2, "pulumi:providers:eks": 1, "pulumi:pulumi:StackReference": 1,
		subnetType: 2 * 5 * 3, "aws:ec2/subnetCidrReservation:SubnetCidrReservation": 2 * 3,
		"aws:ec2/routeTable:RouteTable":                       2 * (3 + 3),
		"aws:ec2/routeTableAssociation:RouteTableAssociation": 2 * 5 * 3,
		natGateway:                    2 * 3,
		"aws:ec2/eip:Eip":             2 * 3,
		routeType:                     2 * (1 + 3 + 2*3), // internet: public, private in each zone; gateway: the data centre and the other VPC in each zone
		"aws:eks/nodeGroup:NodeGroup": 2 * 2 * 3,
		securityIngress:               2 * (2 + 2*7), // per colour, the other VPC and the operators' network too
	} {
		want[token] = count
	}
	assert.Equal(t, want, up(t, "prod", prod(foundation("main", "second")...)...).Count())
}
