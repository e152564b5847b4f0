package ec2

// Tokens of the resource types that others refer to.
const (
	Vpc                   = "aws:ec2/vpc:Vpc"
	CidrAssociation       = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
	Subnet                = "aws:ec2/subnet:Subnet"
	CidrReservation       = "aws:ec2/subnetCidrReservation:SubnetCidrReservation"
	InternetGateway       = "aws:ec2/internetGateway:InternetGateway"
	GatewayAttachment     = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
	Eip                   = "aws:ec2/eip:Eip"
	NatGateway            = "aws:ec2/natGateway:NatGateway"
	RouteTable            = "aws:ec2/routeTable:RouteTable"
	Route                 = "aws:ec2/route:Route"
	RouteTableAssociation = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	Endpoint              = "aws:ec2/vpcEndpoint:VpcEndpoint"
	Interface             = "aws:ec2/networkInterface:NetworkInterface"
	SecurityGroup         = "aws:ec2/securityGroup:SecurityGroup"
	DefaultSecurityGroup  = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	IngressRule           = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	EgressRule            = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	GroupRule             = "aws:ec2/securityGroupRule:SecurityGroupRule"
	NetworkACL            = "aws:ec2/networkAcl:NetworkAcl"
	FlowLog               = "aws:ec2/flowLog:FlowLog"
	LaunchTemplate        = "aws:ec2/launchTemplate:LaunchTemplate"
	PrefixList            = "aws:ec2/managedPrefixList:ManagedPrefixList"
	Tag                   = "aws:ec2/tag:Tag"
)

// TransitAttachment is the record of a transit gateway attachment of any kind as
// the gateway's owner sees it. It lies in the owner's account, whoever attached,
// and carries the attachment's ID.
const TransitAttachment = "aws:ec2transitgateway/attachment:Attachment"

// Types of other services that networking rules look at.
const (
	transitGateway = "aws:ec2transitgateway/transitGateway:TransitGateway"
	vpcAttachment  = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
)
