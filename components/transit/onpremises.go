package transit

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/directconnect"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/logs"
	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// joinDataCentre makes the data centre's attachment, puts it into its own route
// table and lets every environment's table learn what the data centre announces.
func (b *hubBuilder) joinDataCentre() error {
	join := b.vpn
	if b.args.OnPremises.DirectConnect != nil {
		join = b.directConnect
	}
	attachment, err := join()
	if err != nil {
		return err
	}
	if _, err := ec2transitgateway.NewRouteTableAssociation(b.ctx, names.Child(b.name, "on-premises"), &ec2transitgateway.RouteTableAssociationArgs{
		TransitGatewayAttachmentId: attachment, TransitGatewayRouteTableId: b.onPremises.ID(),
	}, b.opts...); err != nil {
		return err
	}
	for _, environment := range tags.Sorted(b.tables) {
		if _, err := ec2transitgateway.NewRouteTablePropagation(b.ctx, names.Child(b.name, "on-premises", environment), &ec2transitgateway.RouteTablePropagationArgs{
			TransitGatewayAttachmentId: attachment, TransitGatewayRouteTableId: b.tables[environment].ID(),
		}, b.of(environment)...); err != nil {
			return err
		}
	}
	return nil
}

// What both ends of a tunnel must negotiate: IKE version 2 with AES-256, SHA-2
// and elliptic curve groups. The defaults also admit SHA-1 and 1024-bit groups
// (AWS Site-to-Site VPN User Guide, "Tunnel options").
var (
	ikeVersions = pulumi.ToStringArray([]string{"ikev2"})
	encryption  = pulumi.ToStringArray([]string{"AES256", "AES256-GCM-16"})
	integrity   = pulumi.ToStringArray([]string{"SHA2-256", "SHA2-384", "SHA2-512"})
	groups      = pulumi.ToIntArray([]int{19, 20, 21})
)

// vpn makes the Site-to-Site VPN and returns its attachment's id.
func (b *hubBuilder) vpn() (pulumi.StringInput, error) {
	vpn, child := b.args.OnPremises.VPN, names.Child(b.name, "vpn")
	customer, err := ec2.NewCustomerGateway(b.ctx, names.Child(b.name, "customer"), &ec2.CustomerGatewayArgs{
		Type: pulumi.String("ipsec.1"), IpAddress: pulumi.String(vpn.Address), BgpAsn: pulumi.String(strconv.Itoa(vpn.ASN)),
		DeviceName: pulumi.String(vpn.Device), Tags: b.tags("customer"),
	}, b.opts...)
	if err != nil {
		return nil, err
	}
	group, err := logs.New(b.ctx, names.Child(b.name, "vpn-logs"), &logs.Args{
		Name: "/" + b.args.PhysicalName + "/vpn", Account: b.args.Account, Region: b.args.Region,
		RetentionDays: b.args.LogRetentionDays, Unprotected: b.args.Unprotected, Tags: b.args.Tags,
	}, b.opts...)
	if err != nil {
		return nil, err
	}
	connection, err := ec2.NewVpnConnection(b.ctx, child, &ec2.VpnConnectionArgs{
		Type: pulumi.String("ipsec.1"), CustomerGatewayId: customer.ID(), TransitGatewayId: b.gateway.ID(),
		// Pre-shared keys stay in Secrets Manager and out of the stack's state.
		PresharedKeyStorage: pulumi.String("SecretsManager"),
		Tunnel1IkeVersions:  ikeVersions, Tunnel2IkeVersions: ikeVersions,
		Tunnel1Phase1EncryptionAlgorithms: encryption, Tunnel2Phase1EncryptionAlgorithms: encryption,
		Tunnel1Phase2EncryptionAlgorithms: encryption, Tunnel2Phase2EncryptionAlgorithms: encryption,
		Tunnel1Phase1IntegrityAlgorithms: integrity, Tunnel2Phase1IntegrityAlgorithms: integrity,
		Tunnel1Phase2IntegrityAlgorithms: integrity, Tunnel2Phase2IntegrityAlgorithms: integrity,
		Tunnel1Phase1DhGroupNumbers: groups, Tunnel2Phase1DhGroupNumbers: groups,
		Tunnel1Phase2DhGroupNumbers: groups, Tunnel2Phase2DhGroupNumbers: groups,
		Tunnel1LogOptions: ec2.VpnConnectionTunnel1LogOptionsArgs{
			CloudwatchLogOptions: ec2.VpnConnectionTunnel1LogOptionsCloudwatchLogOptionsArgs{
				LogEnabled: pulumi.Bool(true), LogGroupArn: group.Arn, LogOutputFormat: pulumi.String("json"),
			},
		},
		Tunnel2LogOptions: ec2.VpnConnectionTunnel2LogOptionsArgs{
			CloudwatchLogOptions: ec2.VpnConnectionTunnel2LogOptionsCloudwatchLogOptionsArgs{
				LogEnabled: pulumi.Bool(true), LogGroupArn: group.Arn, LogOutputFormat: pulumi.String("json"),
			},
		},
		Tags: b.tags("vpn"),
	}, slices.Concat(b.opts, []pulumi.ResourceOption{pulumi.DependsOn(group.Ready)})...)
	if err != nil {
		return nil, err
	}
	return connection.TransitGatewayAttachmentId, nil
}

// directConnect makes the Direct Connect gateway with its association and
// returns the attachment's id, which AWS makes with the association and which
// only a lookup tells.
func (b *hubBuilder) directConnect() (pulumi.StringInput, error) {
	dx, child := b.args.OnPremises.DirectConnect, names.Child(b.name, "direct-connect")
	gateway, err := directconnect.NewGateway(b.ctx, child, &directconnect.GatewayArgs{
		Name: pulumi.String(b.args.PhysicalName), AmazonSideAsn: pulumi.String(strconv.Itoa(dx.ASN)),
	}, b.opts...)
	if err != nil {
		return nil, err
	}
	association, err := directconnect.NewGatewayAssociation(b.ctx, child, &directconnect.GatewayAssociationArgs{
		DxGatewayId: gateway.ID(), AssociatedGatewayId: b.gateway.ID(), AllowedPrefixes: pulumi.ToStringArray(dx.AllowedPrefixes),
	}, b.opts...)
	if err != nil {
		return nil, err
	}
	return ec2transitgateway.GetDirectConnectGatewayAttachmentOutput(b.ctx, ec2transitgateway.GetDirectConnectGatewayAttachmentOutputArgs{
		DxGatewayId: association.DxGatewayId, TransitGatewayId: b.gateway.ID(),
	}, pulumi.Parent(association), pulumi.DependsOn([]pulumi.Resource{association})).Id(), nil
}
