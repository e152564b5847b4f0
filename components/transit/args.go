// Package transit joins the accounts and the data centre: [NewHub] makes the
// Transit Gateway in the network account, [NewAttachment] joins a VPC of another
// account to it.
package transit

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
)

// Share says to whom AWS Resource Access Manager offers the gateway.
type Share string

// The kinds of share.
const (
	// ShareOrganization shares with Args.Organization as a whole.
	ShareOrganization Share = "organization"
	// ShareAccounts shares with the environments' accounts, all in the organization.
	ShareAccounts Share = "accounts"
	// ShareExternal shares with the environments' accounts by invitation.
	ShareExternal Share = "external"
)

// HubArgs configures the hub.
type HubArgs struct {
	// PhysicalName is the gateway's name in AWS. Required.
	PhysicalName string
	// Account and Region are where the hub lies. Required.
	Account, Region string
	// ASN is the AWS side's autonomous system number. Required.
	ASN int
	// AcceptAutomatically lets the gateway accept every attachment from accounts it
	// is shared with. Default false: each is accepted in the hub's account.
	AcceptAutomatically bool
	// Share says to whom the gateway is offered. Required.
	Share Share
	// Organization is the ARN of an organization or organizational unit, with
	// ShareOrganization.
	Organization string
	// Environments are what may attach, by name. Required.
	Environments map[string]Allocation
	// OnPremises is the data centre's side. Required: exactly one kind.
	OnPremises OnPremises
	// LogRetentionDays is how long tunnel logs are kept, in days. Required with a VPN.
	LogRetentionDays int
	// Unprotected drops the deletion guard, which the whole hub has: other accounts
	// rely on all of it. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// Allocation is an environment's account and address ranges.
type Allocation struct {
	Account string
	CIDRs   []string
	// Retiring drops the deletion guard from what serves this environment only, so
	// that a following update can leave the environment out. Default false.
	Retiring bool
}

// OnPremises is the way to the data centre: exactly one is not nil.
type OnPremises struct {
	VPN           *VPN
	DirectConnect *DirectConnect
}

// VPN is a Site-to-Site VPN routed by BGP.
type VPN struct {
	// Address is the public IPv4 address of the customer gateway device. Required.
	Address string
	// ASN is the data centre's autonomous system number. Required.
	ASN int
	// Device names the device. Required.
	Device string
}

// DirectConnect is a Direct Connect gateway with its association.
type DirectConnect struct {
	// ASN is the Direct Connect gateway's autonomous system number. Required.
	ASN int
	// AllowedPrefixes are the ranges announced to the data centre. Required.
	AllowedPrefixes []string
}

func (a *HubArgs) validate() error {
	var problems problem.List
	for path, value := range map[string]string{"physicalName": a.PhysicalName, "account": a.Account, "region": a.Region} {
		if value == "" {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if len(a.Environments) == 0 {
		problems.Add("environments", "at least one is required", nil, "list the environments that may attach")
	}
	if !slices.Contains([]Share{ShareOrganization, ShareAccounts, ShareExternal}, a.Share) {
		problems.Add("share", "must be organization, accounts or external", string(a.Share), "choose one of them")
	}
	if (a.Share == ShareOrganization) != (a.Organization != "") {
		problems.Add("organization", "goes with share organization, and only with it", a.Organization, "set both or neither")
	}
	if (a.OnPremises.VPN == nil) == (a.OnPremises.DirectConnect == nil) {
		problems.Add("onPremises", "exactly one of VPN and Direct Connect joins the data centre", nil, "configure one of them")
	}
	return problems.Err()
}

// AttachmentArgs configures the attachment of one VPC.
type AttachmentArgs struct {
	// PhysicalName is the attachment's name in AWS. Required.
	PhysicalName string
	// VpcID is the VPC. Required.
	VpcID pulumi.StringInput
	// CIDR is the VPC's primary range: all that the hub learns of the VPC. Required.
	CIDR string
	// Subnets are the dedicated subnets by zone id. Required.
	Subnets map[string]pulumi.StringInput
	// RouteTables are the VPC's route tables that lead to the gateway, by zone id.
	// Required.
	RouteTables map[string]pulumi.StringInput
	// Destinations are the ranges reached through the gateway.
	Destinations []string
	// TransitGateway is the gateway's id. Required.
	TransitGateway string
	// RouteTable is the hub's route table of this environment, and
	// OnPremisesRouteTable that of the data centre. Required.
	RouteTable, OnPremisesRouteTable string
	// Accept accepts the attachment in the hub's account. False where the gateway
	// accepts by itself.
	Accept bool
	// Invitation is the ARN of the share to accept first; empty inside an
	// organization, where there is no invitation.
	Invitation string
	// Unprotected drops the deletion guard from the attachment and its routes.
	// Default false.
	Unprotected bool
	// Hub is the provider for the hub's account. Required.
	Hub pulumi.ProviderResource
	// Tags are set on the attachment, on top of the provider's default tags.
	Tags map[string]string
}

func (a *AttachmentArgs) validate() error {
	var problems problem.List
	for path, given := range map[string]bool{
		"physicalName": a.PhysicalName != "", "vpcId": a.VpcID != nil, "cidr": a.CIDR != "", "subnets": len(a.Subnets) > 0,
		"routeTables": len(a.RouteTables) > 0, "transitGateway": a.TransitGateway != "", "routeTable": a.RouteTable != "",
		"onPremisesRouteTable": a.OnPremisesRouteTable != "", "hub": a.Hub != nil,
	} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	return problems.Err()
}
