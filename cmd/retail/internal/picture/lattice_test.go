package picture_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/cmd/retail/internal/picture"
)

// inLattice puts the shop into a service network, with a route for each owner.
func (s *shop) inLattice(owners ...string) *shop {
	association := urn("retail:lattice:Association", "main")
	s.resources = append(s.resources,
		resource("retail:lattice:Association", "main", stackURN, nil),
		resource("aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation", "main-lattice", association, nil))
	for _, owner := range owners {
		s.resources = append(s.resources,
			resource("retail:lattice:Route", "main-"+owner, stackURN, nil),
			resource("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "main-"+owner+"-lattice-route", urn("retail:lattice:Route", "main-"+owner),
				object{"spec": object{"rules": []any{object{"backendRefs": []any{
					object{"name": "store-gateway-blue", "weight": 70}, object{"name": "store-gateway-green", "weight": 30}}}}}}))
	}
	return s
}

func TestTheServiceNetworkIsDrawn(t *testing.T) {
	p := newShop().inLattice("blue").draw(t, "", nil)
	assert.Equal(t, []string{"VPC Lattice", "route of blue"}, box(t, p, "account", "main", "lattice").Lines)
	assert.Equal(t, "70 %", arrow(t, p, "lattice", "blue").Label)
	assert.Equal(t, "30 %", arrow(t, p, "lattice", "green").Label)
	assert.Equal(t, "100 %", arrow(t, p, "door", "blue").Label, "each place has its own")
	arrow(t, p, "callers", "lattice")

	step := newShop().inLattice("blue").draw(t, `{"blue": 60, "green": 40}`, map[string]string{"lattice-route": "update"})
	assert.Equal(t, "0 → 40 %", arrow(t, step, "lattice", "green").Label)
	assert.Equal(t, picture.Update, arrow(t, step, "lattice", "green").Op)
	assert.Equal(t, picture.Update, box(t, step, "account", "main", "lattice").Op)

	taken := newShop().inLattice("blue", "green").draw(t, `{"blue": 0, "green": 100}`, map[string]string{"main-blue-lattice-route": "delete"})
	assert.Equal(t, []string{"VPC Lattice", "route of blue", "route of green"}, box(t, taken, "account", "main", "lattice").Lines)
	assert.Equal(t, "100 → 0 %", arrow(t, taken, "lattice", "blue").Label)
}

func TestNetworksOfTheHubAreDrawn(t *testing.T) {
	s := &shop{resources: []object{
		{"urn": stackURN, "type": "pulumi:pulumi:Stack"},
		resource("aws:vpclattice/serviceNetwork:ServiceNetwork", "retail-dev", stackURN, object{"name": "retail-dev"}),
	}}
	assert.Equal(t, []string{"VPC Lattice", "service network retail-dev"}, box(t, s.draw(t, "", nil), "account", "retail-dev").Lines)
}
