package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/transit"
	"retail/stacks/config"
)

// deployNetwork deploys the hub.
func deployNetwork(ctx *pulumi.Context, network *config.Network) error {
	if err := announce(ctx, config.High, network.Relaxations()); err != nil {
		return err
	}
	provider, err := newAWS(ctx, "aws", "retail:network.aws", network.AWS, defaultTags(ctx, network.Tags))
	if err != nil {
		return err
	}
	hub, err := transit.NewHub(ctx, "hub", hubArgs(ctx.Stack(), network), pulumi.Providers(provider))
	if err != nil {
		return err
	}
	offered, err := offerNetworks(ctx, network, provider)
	if err != nil {
		return err
	}
	exportContract(ctx, network, hub, offered)
	return nil
}

func hubArgs(stack string, network *config.Network) *transit.HubArgs {
	args := &transit.HubArgs{
		PhysicalName: project + "-" + stack, Account: network.AWS.Account, Region: network.AWS.Region,
		ASN:                 network.TransitGateway.ASN,
		AcceptAutomatically: network.TransitGateway.Acceptance == config.Automatic,
		Share:               transit.Share(network.Sharing.Mode), Organization: network.Sharing.Organization,
		Environments:     map[string]transit.Allocation{},
		LogRetentionDays: network.LogRetentionDays,
		Unprotected:      network.Relax.Unprotected.Given(),
	}
	for name, allocation := range network.Environments {
		args.Environments[name] = transit.Allocation{
			Account: allocation.Account, CIDRs: allocation.CIDRs, Retiring: allocation.Retiring.Given(),
		}
	}
	if vpn := network.OnPremises.VPN; vpn != nil {
		args.OnPremises.VPN = &transit.VPN{Address: vpn.Address, ASN: vpn.ASN, Device: vpn.Device}
	}
	if dx := network.OnPremises.DirectConnect; dx != nil {
		args.OnPremises.DirectConnect = &transit.DirectConnect{ASN: dx.ASN, AllowedPrefixes: dx.AllowedPrefixes}
	}
	return args
}
