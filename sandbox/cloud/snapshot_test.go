package cloud_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
)

// makeOne creates a resource under a URN, as an engine would.
func makeOne(t *testing.T, h *cloudtest.Harness, dev *cloudtest.Client, urn, token string, inputs cloud.Props) string {
	t.Helper()
	made, err := h.World.Create(context.Background(), dev.Session, cloud.Request{URN: urn, Token: token, Inputs: inputs})
	require.NoError(t, err)
	return made.ID
}

func TestNormalisedIsEqualForRunsThatEndTheSame(t *testing.T) {
	runs := make([]map[string]string, 2)
	for i, seed := range []string{"one", "two"} {
		h := cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(register), Seed: seed})
		dev := h.As("222222222222", "eu-west-1")
		name := []string{"box-1a2b3c4", "box-9f8e7d6"}[i]
		id := makeOne(t, h, dev, "urn:pulumi:dev::retail::test::box", box, cloud.Props{"name": name})
		makeOne(t, h, dev, "urn:pulumi:dev::retail::test::item", item, cloud.Props{"boxIds": []any{id}, "boxName": name})
		runs[i] = h.World.Normalised()
	}
	assert.Equal(t, runs[0], runs[1])
	assert.Contains(t, runs[0]["urn:pulumi:dev::retail::test::item"], "<urn:pulumi:dev::retail::test::box>")
}

func TestNormalisedShowsWhatWasMadeTwice(t *testing.T) {
	h, dev := harness(t)
	makeOne(t, h, dev, "urn:a::box", box, cloud.Props{})
	makeOne(t, h, dev, "urn:a::box", box, cloud.Props{})
	assert.Len(t, h.World.Normalised(), 2)
	assert.Contains(t, h.World.Normalised(), "urn:a::box #2")
}

func TestIdentifiersFollowFromSeedAndURNWhateverTheOrder(t *testing.T) {
	var ids [2][]string
	for i, order := range [][]string{{"urn:a::x", "urn:a::y"}, {"urn:a::y", "urn:a::x"}} {
		h, dev := harness(t)
		for _, urn := range order {
			makeOne(t, h, dev, urn, box, cloud.Props{})
		}
		ids[i] = h.World.Identifiers()
	}
	assert.Equal(t, ids[0], ids[1])
}

func TestDriftChangesTagsAsAWSHoldsThem(t *testing.T) {
	h, dev := harness(t)
	id := makeOne(t, h, dev, "urn:a::box", box, cloud.Props{"tags": cloud.Props{"a": "1"}, "tagsAll": cloud.Props{"a": "1", "default": "yes"}})
	require.NoError(t, h.World.SetProperty(id, "tags.b", "2"))
	state := h.Records(box)[0].State
	assert.Equal(t, cloud.Props{"a": "1", "b": "2", "default": "yes"}, state["tagsAll"])
	require.ErrorContains(t, h.World.SetProperty("box", "none.deeper", 1), "no place")
}

func TestDriftCannotDeleteWhatOthersHold(t *testing.T) {
	h, dev := harness(t)
	b := dev.Create(box, cloud.Props{})
	dev.Create(item, cloud.Props{"boxIds": []any{b.ID}})
	assert.Equal(t, "DependencyViolation", cloud.Code(h.World.RemoveByHand(b.ID)))
	assert.Len(t, h.Records(box), 1)
}

func TestNormalisedLeavesOutWhatClustersChoose(t *testing.T) {
	var worlds [2]map[string]string
	for i, chosen := range [][]string{{"10.0.0.225", "10.0.0.224/28", "k8s-shop-ui-0123456789"}, {"10.0.0.241", "10.0.0.240/28", "k8s-shop-ui-abcdef0123"}} {
		h, dev := harness(t)
		makeOne(t, h, dev, "urn:a::box", box, cloud.Props{"targetId": chosen[0], "podCidr": chosen[1], "dnsName": chosen[2] + "-1.elb"})
		worlds[i] = h.World.Normalised()
	}
	assert.Equal(t, worlds[0], worlds[1])
}
