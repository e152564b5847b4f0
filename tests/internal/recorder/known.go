package recorder

import (
	"fmt"
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// account and region stand in the ARNs that the answers make up.
const (
	account = "222222222222"
	region  = "eu-west-1"
)

// Known lists the AWS types of this program with the outputs that other
// resources read. Identifiers hold the logical name, so that a test can say
// which resource an input refers to.
func Known() map[string]Answer {
	known := map[string]Answer{
		"pulumi:pulumi:StackReference": stackReference,
		"aws:ec2/subnet:Subnet":        subnet,
		"aws:ec2/vpc:Vpc":              vpc,
		"aws:eks/cluster:Cluster":      cluster,
		"aws:ec2/eip:Eip":              identified("eipalloc-", State{"allocationId": "eipalloc", "publicIp": "198.51.100.7"}),
		"aws:ec2/vpnConnection:VpnConnection": identified("vpn-", State{
			"transitGatewayAttachmentId": "tgw-attach-vpn", "tunnel1Address": "198.51.100.1", "tunnel2Address": "198.51.100.2",
		}),
		"aws:ec2transitgateway/transitGateway:TransitGateway": withARN("tgw-", "ec2", "transit-gateway/"),
		"aws:ec2/launchTemplate:LaunchTemplate":               identified("lt-", State{"latestVersion": 1, "defaultVersion": 1}),
		"aws:eks/podIdentityAssociation:PodIdentityAssociation": identified("a-", State{
			"associationArn": arn("eks", "podidentityassociation/a"), "associationId": "a-1",
		}),
	}
	maps.Copy(known, stores())
	maps.Copy(known, customers())
	maps.Copy(known, shifts())
	maps.Copy(known, kubernetes())
	maps.Copy(known, observability())
	for token, prefix := range plain {
		known[token] = identified(prefix, nil)
	}
	for token, form := range withARNs {
		known[token] = withARN(form[0], form[1], form[2])
	}
	return known
}

// plain are the types of which only the id is read, with its prefix.
var plain = map[string]string{
	"aws:ec2/internetGateway:InternetGateway":                           "igw-",
	"aws:ec2/natGateway:NatGateway":                                     "nat-",
	"aws:ec2/routeTable:RouteTable":                                     "rtb-",
	"aws:ec2/route:Route":                                               "r-",
	"aws:ec2/routeTableAssociation:RouteTableAssociation":               "rtbassoc-",
	"aws:ec2/vpcEndpoint:VpcEndpoint":                                   "vpce-",
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":                 "sg-",
	"aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation":   "vpc-cidr-assoc-",
	"aws:ec2/subnetCidrReservation:SubnetCidrReservation":               "scr-",
	"aws:ec2/flowLog:FlowLog":                                           "fl-",
	"aws:ec2/customerGateway:CustomerGateway":                           "cgw-",
	"aws:ec2/tag:Tag":                                                   "tag-",
	"aws:ec2transitgateway/routeTable:RouteTable":                       "tgw-rtb-",
	"aws:ec2transitgateway/route:Route":                                 "tgw-r-",
	"aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation": "tgw-assoc-",
	"aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation": "tgw-prop-",
	"aws:ec2transitgateway/vpcAttachment:VpcAttachment":                 "tgw-attach-",
	"aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": "tgw-attach-",
	"aws:directconnect/gateway:Gateway":                                 "dxgw-",
	"aws:directconnect/gatewayAssociation:GatewayAssociation":           "dxassoc-",
	"aws:ram/resourceAssociation:ResourceAssociation":                   "ram-res-",
	"aws:ram/principalAssociation:PrincipalAssociation":                 "ram-prin-",
	"aws:ram/resourceShareAccepter:ResourceShareAccepter":               "ram-acc-",
	"aws:vpclattice/authPolicy:AuthPolicy":                              "",
	"aws:kms/alias:Alias":                                               "alias/",
	"aws:iam/rolePolicy:RolePolicy":                                     "",
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment":                 "",
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":         "sgr-",
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":           "sgr-",
	"aws:eks/addon:Addon":                                               "",
	"aws:eks/accessEntry:AccessEntry":                                   "",
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":           "",
}

// withARNs are the types of which the id and the ARN are read: prefix of the
// id, service and resource part of the ARN.
var withARNs = map[string][3]string{
	"aws:ec2/securityGroup:SecurityGroup": {"sg-", "ec2", "security-group/"},
	"aws:ram/resourceShare:ResourceShare": {"", "ram", "resource-share/"},
	"aws:kms/key:Key":                     {"", "kms", "key/"},
	"aws:cloudwatch/logGroup:LogGroup":    {"", "logs", "log-group:"},
	"aws:iam/role:Role":                   {"", "iam", "role/"},
	"aws:iam/policy:Policy":               {"", "iam", "policy/"},
	"aws:eks/nodeGroup:NodeGroup":         {"", "eks", "nodegroup/"},

	"aws:vpclattice/serviceNetwork:ServiceNetwork": {"sn-", "vpc-lattice", "servicenetwork/sn-"},
	"aws:vpclattice/accessLogSubscription:AccessLogSubscription": {
		"als-", "vpc-lattice", "accesslogsubscription/als-",
	},
	"aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation": {
		"snva-", "vpc-lattice", "servicenetworkvpcassociation/snva-",
	},
}

func arn(service, rest string) string {
	where := region
	if service == "iam" {
		where = ""
	}
	return "arn:aws:" + service + ":" + where + ":" + account + ":" + rest
}

func identified(prefix string, computed State) Answer {
	return func(name string, _ resource.PropertyMap) (string, State) { return prefix + name, computed }
}

func withARN(prefix, service, form string) Answer {
	return func(name string, inputs resource.PropertyMap) (string, State) {
		computed := State{"arn": arn(service, form+prefix+name)}
		if !inputs["name"].IsString() {
			computed["name"] = name
		}
		return prefix + name, computed
	}
}

func vpc(name string, _ resource.PropertyMap) (string, State) {
	return "vpc-" + name, State{
		"arn": arn("ec2", "vpc/vpc-"+name), "mainRouteTableId": "rtb-main-" + name,
		"defaultSecurityGroupId": "sg-default-" + name, "ownerId": account,
	}
}

// subnet maps zone ids to names as one account might see them: another letter
// than the number suggests, since the mapping differs between accounts.
func subnet(name string, inputs resource.PropertyMap) (string, State) {
	zone := inputs["availabilityZoneId"].StringValue()
	letters := map[string]string{"1": "c", "2": "a", "3": "b", "4": "d"}
	return "subnet-" + name, State{
		"arn":              arn("ec2", "subnet/subnet-"+name),
		"availabilityZone": region + letters[zone[strings.LastIndex(zone, "z")+1:]],
	}
}

func cluster(name string, inputs resource.PropertyMap) (string, State) {
	physical := name
	if inputs["name"].IsString() {
		physical = inputs["name"].StringValue()
	}
	vpcConfig := inputs["vpcConfig"].Mappable()
	settings, _ := vpcConfig.(map[string]any)
	if settings == nil {
		settings = State{}
	}
	settings["clusterSecurityGroupId"] = eksMade + physical
	settings["vpcId"] = "vpc-main"
	return physical, State{
		"arn": arn("eks", "cluster/"+physical), "name": physical, "endpoint": "https://" + physical + ".example",
		"certificateAuthority": State{"data": "Y2E="}, "vpcConfig": settings, "platformVersion": "eks.1", "status": "ACTIVE",
	}
}

// eksMade begins the id of the security group that EKS makes for a cluster.
const eksMade = "sg-eks-made-"

// clusterSecurityGroup finds the group that EKS made, by the tag that EKS puts
// on it; a lookup by anything else finds nothing.
func clusterSecurityGroup(inputs resource.PropertyMap) (State, error) {
	filters, _ := inputs.Mappable()["filters"].([]any)
	for _, filter := range filters {
		fields, _ := filter.(map[string]any)
		values, _ := fields["values"].([]any)
		if fields["name"] == "tag:aws:eks:cluster-name" && len(values) == 1 {
			return State{"id": fmt.Sprint(eksMade, values[0])}, nil
		}
	}
	return nil, fmt.Errorf("recorder: no security group for filters %v", filters)
}

// stackReference answers for a stack without outputs: a test that reads one
// replaces it.
func stackReference(name string, inputs resource.PropertyMap) (string, State) {
	return name, State{"name": inputs["name"].StringValue(), "outputs": State{}}
}
