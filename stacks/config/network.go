package config

// Network configures the hub: the account that joins all others and the
// on-premises data centre through one Transit Gateway.
type Network struct {
	// AWS is the hub's account. Required.
	AWS AWS `json:"aws"`
	// Tags are put on every resource. Required.
	Tags Tags `json:"tags"`
	// TransitGateway configures the gateway itself.
	TransitGateway TransitGateway `json:"transitGateway"`
	// Sharing says to whom AWS Resource Access Manager offers the gateway. Required.
	Sharing Sharing `json:"sharing"`
	// Environments are the environments that may attach, by name, with the address
	// ranges they may use. Required, at least one.
	Environments map[string]Allocation `json:"environments"`
	// OnPremises is the data centre's side. Required.
	OnPremises OnPremises `json:"onPremises"`
	// LogRetentionDays is how long the VPN tunnels' logs are kept, in days. Default 365.
	LogRetentionDays int `json:"logRetentionDays"`
	// Relax departs from production-safe defaults, with reasons.
	Relax NetworkRelaxations `json:"relax"`
}

// TransitGateway configures the gateway.
type TransitGateway struct {
	// ASN is the private autonomous system number of the AWS side: 64512 to 65534,
	// or 4200000000 to 4294967294. Default 64512.
	ASN int `json:"asn"`
	// Acceptance says how an environment's attachment is accepted: "explicit", by
	// the environment's stack in the hub's account, or "automatic", by the gateway
	// for everyone it is shared with. Default explicit.
	Acceptance Acceptance `json:"acceptance"`
}

// Acceptance is a way of accepting attachments.
type Acceptance string

// The ways of accepting attachments.
const (
	Explicit  Acceptance = "explicit"
	Automatic Acceptance = "automatic"
)

// Sharing configures the AWS RAM share of the gateway.
type Sharing struct {
	// Mode is "organization" (everyone in Organization), "accounts" (the
	// environments' accounts, all inside the organization) or "external" (accounts
	// outside the organization, which must accept an invitation). Default
	// organization.
	Mode SharingMode `json:"mode"`
	// Organization is the ARN of the AWS organization or organizational unit.
	// Required with mode organization, refused otherwise.
	Organization string `json:"organization"`
}

// SharingMode is a way of sharing.
type SharingMode string

// The ways of sharing.
const (
	ShareOrganization SharingMode = "organization"
	ShareAccounts     SharingMode = "accounts"
	ShareExternal     SharingMode = "external"
)

// Allocation is what one environment may use.
type Allocation struct {
	// Account is the environment's AWS account id. Required.
	Account string `json:"account"`
	// CIDRs are the address ranges for the environment's VPCs. They must not overlap
	// those of other environments or of the data centre: a route table holds one
	// route per destination, so that one of the two would silently be unreachable.
	// Required.
	CIDRs []string `json:"cidrs"`
	// Retiring lifts the deletion guard from what the hub holds for this environment
	// alone, by saying why. Taking an environment out of the list takes four steps:
	// destroy the environment's stack; state a reason here and update the hub; remove
	// the environment from the list and update the hub again; only then may its
	// ranges be given to another one. Taking a single range away needs it too, since
	// the range's blackholes are guarded.
	Retiring Reason `json:"retiring"`
	// Lattice gives the environment a service network of Amazon VPC Lattice, through which
	// its shop is called from other VPCs and accounts. Default: none.
	Lattice *Offer `json:"lattice"`
}

// Offer is an environment's service network: its name is retail- and the environment's. Its
// auth policy lets in signed requests of the environment's account and of callers, with
// sharing.mode organization of principals of that organization only, and nobody else's.
type Offer struct {
	// Callers are further AWS accounts that may join VPCs of theirs to the network, and whose
	// principals may call its services. Default: none.
	Callers []string `json:"callers"`
}

// OnPremises configures the way to the data centre: exactly one of VPN and
// DirectConnect.
type OnPremises struct {
	// CIDRs are the data centre's address ranges. Required.
	CIDRs []string `json:"cidrs"`
	// VPN joins the data centre by a Site-to-Site VPN.
	VPN *VPN `json:"vpn"`
	// DirectConnect joins the data centre by a Direct Connect gateway.
	DirectConnect *DirectConnect `json:"directConnect"`
}

// VPN is a Site-to-Site VPN with two tunnels, routed by BGP.
type VPN struct {
	// Address is the public IPv4 address of the customer gateway device. Required.
	Address string `json:"address"`
	// ASN is the autonomous system number of the data centre. Required.
	ASN int `json:"asn"`
	// Device names the device, for people. Default: customer-gateway.
	Device string `json:"device"`
}

// DirectConnect is a Direct Connect gateway. The transit virtual interface on
// it is ordered with the connection and belongs to no stack.
type DirectConnect struct {
	// ASN is the private autonomous system number of the Direct Connect gateway; it
	// must differ from the Transit Gateway's. Required.
	ASN int `json:"asn"`
	// AllowedPrefixes are the ranges announced to the data centre. Default: the
	// ranges of all environments.
	AllowedPrefixes []string `json:"allowedPrefixes"`
}

// NetworkRelaxations are the hub's departures from production-safe defaults.
type NetworkRelaxations struct {
	// Unprotected lets the hub be deleted: the Transit Gateway and all that hangs on
	// it. Destroying the hub takes two runs, after every environment is gone: an
	// update with a reason here, then the destroy.
	Unprotected Reason `json:"unprotected"`
	// ShortLogRetention allows LogRetentionDays below 90.
	ShortLogRetention Reason `json:"shortLogRetention"`
}
