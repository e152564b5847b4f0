package unit

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// Whatever zones two VPCs have, and in whatever order, each one's subnets, tags and load
// balancer are of its own zones and of no other's.
func TestTwoVPCsWithDifferentZones_N3(t *testing.T) {
	all := []string{"euw1-az1", "euw1-az2", "euw1-az3"}
	rapid.Check(t, func(draw *rapid.T) {
		edits, zones := []func(map[string]any){stackfile.Set("name", "prod")}, map[string][]string{}
		for _, vpc := range []string{"main", "second"} {
			zones[vpc] = rapid.Permutation(all).Draw(draw, vpc)[:rapid.IntRange(2, 3).Draw(draw, vpc+" zones")]
			list := []any{}
			for _, zone := range zones[vpc] {
				list = append(list, zone)
			}
			edits = append(edits, stackfile.Set("vpcs."+vpc+".zones", list))
			if len(list) == 2 {
				edits = append(edits, stackfile.Set("vpcs."+vpc+".relax.twoZones", "Two zones are enough for this test."),
					stackfile.Set("vpcs."+vpc+".zonalShift", nil))
			}
		}
		r := fixture.Up(t, recorder.New(t).Hub(fixture.HubOutputs()), "prod", edits...)
		for vpc, wanted := range zones {
			assert.ElementsMatch(draw, wanted, zonesOf(draw, r, vpc+"-public-", "kubernetes.io/role/elb"), vpc)
			assert.ElementsMatch(draw, wanted, zonesOf(draw, r, vpc+"-private-", "kubernetes.io/role/internal-elb"), vpc)
			var behind []string
			for _, subnet := range r.One(t, loadBalancer, vpc).Value("subnets").ArrayValue() {
				behind = append(behind, subnet.StringValue())
			}
			slices.Sort(wanted)
			assert.Len(draw, behind, len(wanted))
			for _, subnet := range behind {
				assert.Contains(draw, subnet, vpc+"-public-", "a load balancer stands in public subnets of its own VPC")
			}
		}
	})
}

// zonesOf are the zones of the subnets whose names begin so, each of which has a role's tag.
func zonesOf(t assert.TestingT, r *recorder.Recorder, begins, role string) []string {
	var zones []string
	for _, subnet := range r.OfType("aws:ec2/subnet:Subnet") {
		if zone, found := strings.CutPrefix(subnet.Name, begins); found {
			assert.Equal(t, zone, subnet.String("availabilityZoneId"), subnet.Name)
			assert.Contains(t, subnet.Value("tags").ObjectValue().Mappable(), role, subnet.Name)
			zones = append(zones, zone)
		}
	}
	return zones
}
