package stacks

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/stacks/config"
)

// keyStanding is the output in which an environment writes down what its last
// update left standing.
const keyStanding = "standing"

// Standing is what an environment's last successful update left standing, as
// far as the next one may not simply do without it.
type Standing struct {
	// Account and Region are where the environment lies.
	Account string `json:"account"`
	Region  string `json:"region"`
	// VPCs are the VPCs by name.
	VPCs map[string]StandingVPC `json:"vpcs"`
}

// StandingVPC is one VPC.
type StandingVPC struct {
	// CIDR is its primary range.
	CIDR string `json:"cidr"`
	// Unprotected says that a reason was given to let it be deleted.
	Unprotected bool `json:"unprotected"`
	// Autoshift are what AWS may shift by itself: the front door and colours, in order.
	Autoshift []string `json:"autoshift"`
	// Lattice is the VPC's route in VPC Lattice; without an owner there is none.
	Lattice StandingLattice `json:"lattice"`
	// Clusters are the clusters by colour.
	Clusters map[config.Colour]StandingCluster `json:"clusters"`
}

// StandingLattice is a VPC's route in VPC Lattice.
type StandingLattice struct {
	// Routes is the colour that owns it, TakeOverFrom the one before, whose own still stands.
	Routes       config.Colour `json:"routes"`
	TakeOverFrom config.Colour `json:"takeOverFrom"`
	// Domain is the host name of its service.
	Domain string `json:"domain"`
}

// StandingCluster is one cluster.
type StandingCluster struct {
	// Version is its Kubernetes minor version.
	Version string `json:"version"`
	// Compute says who runs its nodes.
	Compute config.Compute `json:"compute"`
	// Weight is its share of the traffic.
	Weight int `json:"weight"`
	// Mesh is the level of its mesh; Istio the mesh's release, empty without one.
	Mesh  config.MeshLevel `json:"mesh"`
	Istio string           `json:"istio"`
	// Lattice says that it exports the shop to VPC Lattice.
	Lattice bool `json:"lattice"`
}

// standingOf is what a configuration leaves standing once it is deployed.
func standingOf(environment *config.Environment) Standing {
	standing := Standing{Account: environment.AWS.Account, Region: environment.AWS.Region, VPCs: map[string]StandingVPC{}}
	for name, vpc := range environment.VPCs {
		clusters := map[config.Colour]StandingCluster{}
		for colour, cluster := range vpc.Clusters {
			stands := StandingCluster{
				Version: cluster.Version, Compute: cluster.Compute, Weight: vpc.Traffic[colour], Mesh: cluster.Mesh, Lattice: cluster.Lattice != nil,
			}
			if cluster.Mesh.On() {
				stands.Istio = cluster.Istio.Version
			}
			clusters[colour] = stands
		}
		stands := StandingVPC{
			CIDR: vpc.CIDR, Unprotected: environment.Unprotected(vpc), Autoshift: autoshifted(environment, vpc), Clusters: clusters,
		}
		if l := vpc.Lattice; l != nil {
			stands.Lattice = StandingLattice{Routes: l.Routes, TakeOverFrom: l.TakeOverFrom, Domain: l.Domain}
		}
		standing.VPCs[name] = stands
	}
	return standing
}

// export writes the output that the next update reads.
func (s Standing) export(ctx *pulumi.Context) {
	vpcs := pulumi.Map{}
	for _, name := range sorted(s.VPCs) {
		clusters := pulumi.Map{}
		for colour, cluster := range s.VPCs[name].Clusters {
			clusters[string(colour)] = pulumi.Map{
				"version": pulumi.String(cluster.Version), "compute": pulumi.String(cluster.Compute), "weight": pulumi.Int(cluster.Weight),
				"mesh": pulumi.String(string(cluster.Mesh)), "istio": pulumi.String(cluster.Istio),
				"lattice": pulumi.Bool(cluster.Lattice),
			}
		}
		l := s.VPCs[name].Lattice
		vpcs[name] = pulumi.Map{
			"lattice": pulumi.Map{
				"routes": pulumi.String(l.Routes), "takeOverFrom": pulumi.String(l.TakeOverFrom), "domain": pulumi.String(l.Domain),
			},
			"cidr": pulumi.String(s.VPCs[name].CIDR), "unprotected": pulumi.Bool(s.VPCs[name].Unprotected),
			"autoshift": pulumi.ToStringArray(s.VPCs[name].Autoshift), "clusters": clusters,
		}
	}
	ctx.Export(keyStanding, pulumi.Map{"account": pulumi.String(s.Account), "region": pulumi.String(s.Region), "vpcs": vpcs})
}

// readStanding reads the running stack's own outputs, as its last update left
// them; nil before the first. It is a lookup and no stack reference: that would
// keep a copy of the outputs in the state they are part of, and every refresh
// would find the copy outdated.
func readStanding(ctx *pulumi.Context, engine pulumi.ProviderResource) (*Standing, error) {
	self := fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())
	outputs, err := lastOutputs(ctx, self, engine)
	if err != nil {
		return nil, fmt.Errorf("the outputs of %s's last update cannot be read: %w", self, err)
	}
	return parseStanding(outputs[keyStanding])
}

func parseStanding(output any) (*Standing, error) {
	if output == nil {
		return nil, nil
	}
	text, err := json.Marshal(output)
	if err != nil {
		return nil, err
	}
	standing := &Standing{}
	if err := json.Unmarshal(text, standing); err != nil {
		return nil, fmt.Errorf("output %q of this stack is not in the form this program writes: %w", keyStanding, err)
	}
	return standing, nil
}
