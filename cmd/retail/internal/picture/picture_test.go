package picture_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/picture"
)

type object = map[string]any

// shop is a small stack: a VPC with a zone, a front door and two colours.
type shop struct{ resources []object }

const stackURN = "urn:pulumi:dev::retail::pulumi:pulumi:Stack::retail-dev"

func urn(kind, name string) string { return "urn:pulumi:dev::retail::" + kind + "::" + name }

func resource(kind, name, parent string, outputs object) object {
	return object{"urn": urn(kind, name), "type": kind, "custom": !strings.HasPrefix(kind, "retail:"), "parent": parent, "outputs": outputs}
}

func newShop() *shop {
	vpc, door, traffic := urn("retail:vpc:VPC", "main"), urn("retail:frontdoor:FrontDoor", "main"), urn("retail:frontdoor:Traffic", "main")
	s := &shop{resources: []object{
		{"urn": stackURN, "type": "pulumi:pulumi:Stack", "outputs": object{"standing": object{"vpcs": object{"main": object{
			"clusters": object{"blue": object{"weight": 100}, "green": object{"weight": 0}}}}}}},
		resource("pulumi:providers:aws", "aws", stackURN, object{"allowedAccountIds": `["222222222222"]`, "region": "eu-west-1"}),
		resource("pulumi:providers:aws", "hub", stackURN, object{"allowedAccountIds": []any{"111111111111"}, "region": "eu-west-1"}),
		resource("retail:vpc:VPC", "main", stackURN, nil),
		resource("aws:ec2/vpc:Vpc", "main", vpc, object{"cidrBlock": "10.20.0.0/16"}),
		resource("aws:ec2/subnet:Subnet", "main-private-euw1-az1", vpc, object{"cidrBlock": "10.20.0.0/20"}),
		resource("retail:transit:Attachment", "main", stackURN, nil),
		resource("retail:frontdoor:FrontDoor", "main", stackURN, nil),
		resource("aws:lb/loadBalancer:LoadBalancer", "main", door, nil),
		resource("aws:lb/targetGroup:TargetGroup", "main-blue", door, object{"arn": "arn:blue"}),
		resource("aws:lb/targetGroup:TargetGroup", "main-green", door, object{"arn": "arn:green"}),
		resource("retail:frontdoor:Traffic", "main", stackURN, nil),
		resource("aws:lb/listenerRule:ListenerRule", "main-traffic", traffic, object{"actions": []any{object{"forward": object{"targetGroups": []any{
			object{"arn": "arn:blue", "weight": 100}, object{"arn": "arn:green", "weight": 0}}}}}}),
		resource("retail:datastores:Datastores", "main", stackURN, nil),
		resource("aws:dynamodb/table:Table", "main-data-carts", urn("retail:datastores:Datastores", "main"), nil),
	}}
	s.colour("blue", "1.34")
	s.colour("green", "1.35")
	return s
}

func (s *shop) colour(colour, version string) {
	cluster := urn("retail:cluster:Cluster", "main-"+colour)
	s.resources = append(s.resources,
		resource("retail:cluster:Cluster", "main-"+colour, stackURN, nil),
		resource("aws:eks/cluster:Cluster", "main-"+colour+"-eksCluster", cluster, object{"version": version}),
		resource("retail:store:Store", "main-"+colour, stackURN, nil),
		resource("kubernetes:apps/v1:Deployment", "main-"+colour+"-ui", urn("retail:store:Store", "main-"+colour), object{"metadata": object{"name": "ui"}}))
}

// state is what `pulumi stack export` prints.
func (s *shop) state(t *testing.T) []byte {
	t.Helper()
	text, err := json.Marshal(object{"version": 3, "deployment": object{"resources": s.resources}})
	require.NoError(t, err)
	return text
}

// draw draws the stack, with what a preview does to resources by the beginning of
// their names.
func (s *shop) draw(t *testing.T, traffic string, does map[string]string) *picture.Picture {
	t.Helper()
	var plan []byte
	if traffic != "" {
		var steps []object
		for _, r := range s.resources {
			name := r["urn"].(string)
			for part, op := range does {
				if strings.Contains(name, part) {
					steps = append(steps, object{"op": op, "urn": name, "newState": r})
				}
			}
		}
		var err error
		plan, err = json.Marshal(object{"steps": steps, "config": object{"retail:environment": `{"vpcs": {"main": {"traffic": ` + traffic + `}}}`}})
		require.NoError(t, err)
	}
	read, err := picture.Read("dev", s.state(t), plan)
	require.NoError(t, err)
	p, err := picture.Build(read)
	require.NoError(t, err)
	return p
}

// box finds a box by the path of its keys.
func box(t *testing.T, p *picture.Picture, path ...string) *picture.Box {
	t.Helper()
	boxes, found := p.Boxes, (*picture.Box)(nil)
	for _, key := range path {
		found = nil
		for _, b := range boxes {
			if b.Key == key {
				found = b
			}
		}
		require.NotNil(t, found, "no box %s of %v", key, path)
		boxes = found.Boxes
	}
	return found
}

// arrow is the label of the arrow between two keys, and its operation.
func arrow(t *testing.T, p *picture.Picture, from, to string) picture.Arrow {
	t.Helper()
	for _, a := range p.Arrows {
		if a.From.Key == from && a.To.Key == to {
			return a
		}
	}
	require.Fail(t, "no arrow", "%s to %s", from, to)
	return picture.Arrow{}
}

func TestAStateIsDrawnWhole(t *testing.T) {
	p := newShop().draw(t, "", nil)
	assert.Equal(t, []string{"dev 222222222222", "eu-west-1"}, box(t, p, "account").Lines)
	assert.Equal(t, []string{"VPC main", "10.20.0.0/16"}, box(t, p, "account", "main").Lines)
	assert.Equal(t, []string{"euw1-az1", "private 10.20.0.0/20"}, box(t, p, "account", "main", "zone-euw1-az1").Lines)
	assert.Contains(t, box(t, p, "account", "main", "green").Lines, "Kubernetes 1.35")
	assert.Equal(t, []string{"shop", "ui"}, box(t, p, "account", "main", "blue", "shop").Lines)
	assert.Equal(t, []string{"carts", "DynamoDB"}, box(t, p, "account", "main", "data", "carts").Lines)
	assert.Equal(t, []string{"network 111111111111", "eu-west-1"}, box(t, p, "hub").Lines)
	assert.Equal(t, "100 %", arrow(t, p, "door", "blue").Label)
	assert.True(t, arrow(t, p, "door", "green").Faint, "no traffic flows to green")
	arrow(t, p, "main", "hub")
	assert.NotContains(t, p.Source(), "legend", "a state is no preview")
}

func TestAPreviewShowsWhatChanges(t *testing.T) {
	p := newShop().draw(t, `{"blue": 90, "green": 10}`, map[string]string{"main-traffic": "update", "main-data-carts": "create", "private-euw1": "create-replacement"})
	assert.Equal(t, "100 → 90 %", arrow(t, p, "door", "blue").Label)
	assert.Equal(t, "0 → 10 %", arrow(t, p, "door", "green").Label)
	assert.Equal(t, picture.Update, arrow(t, p, "door", "green").Op)
	assert.Equal(t, picture.Update, box(t, p, "account", "main", "door").Op)
	assert.Equal(t, picture.Create, box(t, p, "account", "main", "data", "carts").Op)
	assert.Equal(t, picture.Replace, box(t, p, "account", "main", "zone-euw1-az1").Op)
	assert.Equal(t, picture.Same, box(t, p, "account", "main", "blue").Op)
	assert.Contains(t, p.Source(), "legend")
}

// A colour that a preview takes away, or brings, is one colour as a whole.
func TestAColourThatGoesOrComes(t *testing.T) {
	for step, op := range map[string]picture.Op{"delete": picture.Delete, "create": picture.Create} {
		p := newShop().draw(t, `{"blue": 100}`, map[string]string{"::main-green": step})
		assert.Equal(t, op, box(t, p, "account", "main", "green").Op)
		assert.Equal(t, op, box(t, p, "account", "main", "green", "shop").Op)
		assert.Equal(t, op, arrow(t, p, "door", "green").Op)
		assert.Equal(t, picture.Same, box(t, p, "account", "main", "blue").Op)
		assert.Equal(t, map[string]string{"delete": "0 %", "create": "weight ?"}[step], arrow(t, p, "door", "green").Label)
	}
}

func TestSVG(t *testing.T) {
	svg, err := newShop().draw(t, `{"blue": 90, "green": 10}`, nil).SVG(t.Context())
	require.NoError(t, err)
	for _, text := range []string{"<svg", "VPC main", "Kubernetes 1.34", "100 → 90 %", "front door"} {
		assert.Contains(t, string(svg), text)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	_, err := picture.Read("dev", []byte("no"), nil)
	require.ErrorContains(t, err, "is not what `pulumi stack export` prints")
	_, err = picture.Read("dev", newShop().state(t), []byte(`{"diagnostics": [{"severity": "error", "message": "colour blue has weight 100"}]}`))
	require.ErrorContains(t, err, "the preview failed: colour blue has weight 100")

	empty, err := picture.Read("dev", []byte(`{"version": 3, "deployment": {}}`), nil)
	require.NoError(t, err)
	_, err = picture.Build(empty)
	require.ErrorContains(t, err, "stack dev holds nothing to draw: deploy it first")
}
