package stacks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/lattice"
	"retail/components/transit"
	"retail/internal/problem"
	"retail/stacks/config"
)

// contractVersion is raised when an output of the hub changes its name or its
// meaning: an environment that knows another version refuses to read.
const contractVersion = 2

// Names of the hub's outputs. They are what environments rely on: renaming one
// means raising contractVersion.
const (
	keyVersion         = "contractVersion"
	keyAccount         = "account"
	keyRegion          = "region"
	keyTransitGateway  = "transitGatewayId"
	keyOnPremisesTable = "onPremisesRouteTableId"
	keyOnPremisesCIDRs = "onPremisesCidrs"
	keyShare           = "shareArn"
	keySharing         = "sharing"
	keyAcceptance      = "acceptance"
	keyEnvironments    = "environments"
)

// Contract is what an environment knows of the hub.
type Contract struct {
	// Account and Region are where the hub lies.
	Account, Region string
	// TransitGateway is the gateway's id.
	TransitGateway string
	// OnPremisesRouteTable is the hub's route table of the data centre.
	OnPremisesRouteTable string
	// OnPremisesCIDRs are the data centre's ranges.
	OnPremisesCIDRs []string
	// Share is the ARN of the RAM share, Sharing its mode.
	Share   string
	Sharing config.SharingMode
	// Acceptance says who accepts attachments.
	Acceptance config.Acceptance
	// Environments are what may attach, by name.
	Environments map[string]EnvironmentTerms
}

// EnvironmentTerms is the hub's side of one environment.
type EnvironmentTerms struct {
	// Account is the environment's account.
	Account string
	// CIDRs are the ranges it may use.
	CIDRs []string
	// RouteTable is the hub's route table of the environment.
	RouteTable string
	// Network is the environment's service network of VPC Lattice; nil when the hub offers none.
	Network *ServiceNetwork
}

// ServiceNetwork is a service network of VPC Lattice that the hub offers.
type ServiceNetwork struct {
	// ID, Arn and Name are the network's.
	ID, Arn, Name string
	// Share is the ARN of the RAM share by which the environment's account sees it.
	Share string
	// Callers are the accounts that may call beside the environment's own.
	Callers []string
}

// exportContract writes the hub's outputs. Whether it offers a service network is written down
// for every environment: an output that is not there is a mistake, and not an answer.
func exportContract(ctx *pulumi.Context, network *config.Network, hub *transit.Hub, offered map[string]*lattice.Network) {
	environments := pulumi.Map{}
	for _, name := range sorted(network.Environments) {
		environments[name] = pulumi.Map{
			"account":      pulumi.String(network.Environments[name].Account),
			"cidrs":        pulumi.ToStringArray(network.Environments[name].CIDRs),
			"routeTableId": hub.RouteTables[name], "serviceNetwork": offerOf(network.Environments[name].Lattice, offered[name]),
		}
	}
	ctx.Export(keyVersion, pulumi.Int(contractVersion))
	ctx.Export(keyAccount, pulumi.String(network.AWS.Account))
	ctx.Export(keyRegion, pulumi.String(network.AWS.Region))
	ctx.Export(keyTransitGateway, hub.TransitGatewayID)
	ctx.Export(keyOnPremisesTable, hub.OnPremisesRouteTable)
	ctx.Export(keyOnPremisesCIDRs, pulumi.ToStringArray(network.OnPremises.CIDRs))
	ctx.Export(keyShare, hub.ShareArn)
	ctx.Export(keySharing, pulumi.String(network.Sharing.Mode))
	ctx.Export(keyAcceptance, pulumi.String(network.TransitGateway.Acceptance))
	ctx.Export(keyEnvironments, environments)
}

// readContract reads the hub's outputs through a stack reference. A reference to
// a stack that is not there would end the run in the engine, without a word on
// what to do; the lookup before it lets the program say so.
func readContract(ctx *pulumi.Context, stack string, engine pulumi.ProviderResource) (*Contract, error) {
	if _, err := lastOutputs(ctx, stack, engine); err != nil {
		if !strings.Contains(err.Error(), "unknown stack") {
			return nil, fmt.Errorf("the outputs of stack %s cannot be read: %w", stack, err)
		}
		return nil, &problem.Problem{
			Path: "retail:environment.hub.stack", Rule: "must name the hub's stack", Got: stack + ", which is not in this backend",
			Remedy: "deploy the hub first, or correct the name",
		}
	}
	reference, err := pulumi.NewStackReference(ctx, stack, nil, pulumi.Provider(engine))
	if err != nil {
		return nil, err
	}
	return parseContract(stack, outputsOf(reference))
}

// parseContract checks the version first: under another version every other
// message would mislead.
func parseContract(stack string, get func(string) (any, error)) (*Contract, error) {
	r := &outputReader{stack: stack, get: get}
	if version := r.number(keyVersion); r.problems.Err() != nil || version != contractVersion {
		if r.problems.Err() == nil {
			r.refuse(keyVersion, fmt.Sprintf("this program reads version %d of the hub's outputs", contractVersion), version,
				fmt.Sprintf("deploy %s and this stack from the same release of the program, the hub first", stack))
		}
		return nil, r.problems.Err()
	}
	contract := &Contract{
		Account: r.text(keyAccount), Region: r.text(keyRegion), TransitGateway: r.text(keyTransitGateway),
		OnPremisesRouteTable: r.text(keyOnPremisesTable), OnPremisesCIDRs: r.texts(keyOnPremisesCIDRs),
		Share: r.text(keyShare), Sharing: config.SharingMode(r.text(keySharing)),
		Acceptance:   config.Acceptance(r.text(keyAcceptance)),
		Environments: map[string]EnvironmentTerms{},
	}
	environments := r.object(keyEnvironments)
	for _, name := range sorted(environments) {
		inner := r.inside(keyEnvironments+"."+name, environments[name])
		contract.Environments[name] = EnvironmentTerms{
			Account: inner.text("account"), CIDRs: inner.texts("cidrs"), RouteTable: inner.text("routeTableId"), Network: inner.serviceNetwork(),
		}
		r.problems.Join(inner.problems.Err())
	}
	return contract, r.problems.Err()
}

// terms returns the hub's terms for an environment, after checking that the
// environment's own configuration keeps to them.
func (c *Contract) terms(environment *config.Environment) (EnvironmentTerms, error) {
	var list problem.List
	found, listed := c.Environments[environment.Name]
	if !listed {
		list.Add("name", "the hub must list the environment", environment.Name,
			fmt.Sprintf("add environments.%s to the hub's configuration and deploy %s, or correct the name; listed are %v",
				environment.Name, environment.Hub.Stack, sorted(c.Environments)))
		return found, list.Err()
	}
	if found.Account != environment.AWS.Account {
		list.Add("aws.account", "the hub knows the environment as account "+found.Account, environment.AWS.Account, "correct one of the two")
	}
	if c.Account != environment.Hub.Account {
		list.Add("hub.account", "the hub lies in account "+c.Account, environment.Hub.Account, "correct hub.account and hub.deployRole")
	}
	if c.Region != environment.AWS.Region {
		list.Add("aws.region", "a Transit Gateway serves its own Region, "+c.Region, environment.AWS.Region, "deploy into "+c.Region)
	}
	list.Join(environment.CheckAllocation(found.CIDRs, c.OnPremisesCIDRs), latticeOffered(environment, found))
	return found, list.Err()
}
