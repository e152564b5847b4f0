package arczonalshift

import (
	"cmp"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Types of resources that ARC can shift here. EC2 Auto Scaling groups can be
// registered too, by an attribute of their own, which no program of this repository
// sets: they are not simulated.
const (
	clusterToken  = "aws:eks/cluster:Cluster"
	balancerToken = "aws:lb/loadBalancer:LoadBalancer"
)

// resource is a managed resource with the record behind it.
type resource struct {
	record *cloud.Record
	arn    string
	name   string
	zones  []string // zone IDs
}

// managed are the call's account's resources in its Region that zonal shift is
// enabled for: EKS clusters by zonalShiftConfig.enabled (EKS User Guide, "Enable EKS
// zonal shift"), load balancers by the attribute zonal_shift.config.enabled (ELB User
// Guides, "Enable zonal shift").
func managed(c *cloud.Call) []*resource {
	var out []*resource
	for _, r := range c.List(clusterToken) {
		if ec2.Flag(r.State, "zonalShiftConfig.enabled") {
			out = append(out, &resource{r, ec2.Text(r.State, "arn"), r.ID, zonesOf(c, ec2.Texts(r.State, "vpcConfig.subnetIds[*]"))})
		}
	}
	for _, r := range c.List(balancerToken) {
		if ec2.Flag(r.State, "enableZonalShift") {
			subnets := append(ec2.Texts(r.State, "subnets[*]"), ec2.Texts(r.State, "subnetMappings[*].subnetId")...)
			out = append(out, &resource{r, r.ID, ec2.Text(r.State, "name"), zonesOf(c, subnets)})
		}
	}
	slices.SortFunc(out, func(a, b *resource) int { return cmp.Compare(a.arn, b.arn) })
	return out
}

// zonesOf are the zone IDs that subnets lie in.
func zonesOf(c *cloud.Call, subnets []string) []string {
	var out []string
	for _, s := range subnets {
		if id, _ := ec2.ZoneOf(c, s); id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// find is the managed resource of an ARN.
func find(c *cloud.Call, identifier string) (*resource, error) {
	switch {
	case identifier == "":
		return nil, invalid("MissingValue", "resourceIdentifier is required")
	case len(identifier) < 8 || len(identifier) > 1024 || !strings.HasPrefix(identifier, "arn:"):
		return nil, invalid("InvalidResourceIdentifier", "resourceIdentifier %q is no ARN of 8 to 1024 characters", identifier)
	}
	for _, r := range managed(c) {
		if r.arn == identifier {
			return r, nil
		}
	}
	return nil, notFound("Resource %s is not a managed resource: it does not exist in account %s and Region %s, or zonal shift is not enabled for it",
		identifier, c.Account, c.Region)
}

// GetManagedResource tells of one resource, by ARN. Errors: ResourceNotFoundException
// for one that does not exist or that zonal shift is not enabled for,
// ValidationException.
func GetManagedResource(c *cloud.Call, identifier string) (ManagedResource, error) {
	r, err := find(c, identifier)
	if err != nil {
		return ManagedResource{}, err
	}
	return describe(c, r), nil
}

// ListManagedResources are all managed resources of the account and Region, by ARN.
func ListManagedResources(c *cloud.Call) []ManagedResource {
	out := []ManagedResource{}
	for _, r := range managed(c) {
		out = append(out, describe(c, r))
	}
	return out
}

func describe(c *cloud.Call, r *resource) ManagedResource {
	out := ManagedResource{ARN: r.arn, Name: r.name, AvailabilityZones: r.zones, AppliedWeights: map[string]float64{},
		Shifts: activeShifts(c, r.arn), ZonalAutoshiftStatus: Disabled, PracticeRunStatus: Disabled}
	for i, s := range out.Shifts {
		out.Shifts[i] = told(c, s)
	}
	away, _ := AwayFrom(c, r.arn)
	for _, zone := range r.zones {
		out.AppliedWeights[zone] = 1
		if zone == away {
			out.AppliedWeights[zone] = 0
		}
	}
	if config := c.Get(Configuration, r.arn); config != nil {
		practice := practiceOf(config)
		out.Practice, out.PracticeRunStatus = &practice, Enabled
		out.ZonalAutoshiftStatus = ec2.Text(config.State, "zonalAutoshiftStatus")
	}
	out.Autoshifts = autoshiftsOf(c, r)
	return out
}

// AwayFrom is the zone, by ID, that traffic of a resource is shifted away from now,
// and the kind of shift that does it; both are empty when there is none. Of several
// shifts a person's comes first, then AWS's autoshift, then a practice run
// ("Precedence for zonal shifts", ARC Developer Guide).
func AwayFrom(c *cloud.Call, arn string) (zone, kind string) {
	shifts := activeShifts(c, arn)
	for _, s := range shifts {
		if s.Type == KindManual {
			return s.AwayFrom, KindManual
		}
	}
	// Asked often, and mostly of a world in which nothing is shifted.
	if slices.ContainsFunc(autoshifts(c), func(a Autoshift) bool { return a.Status == Active }) {
		if r, err := find(c, arn); err == nil {
			for _, a := range autoshiftsOf(c, r) {
				return a.AwayFrom, KindAutoshift
			}
		}
	}
	for _, s := range shifts {
		return s.AwayFrom, s.Type
	}
	return "", ""
}
