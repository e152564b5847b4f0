package request_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/request"
)

// failing is a shop whose green targets belong to a cluster that fails a share of its
// requests.
func failing(percent float64) []*cloud.Record {
	records := shop(0, 100)
	find(records, "green10.0.0.2").Owner = "green/aws-load-balancer-controller"
	return append(records, record(request.ErrorRate, "green", cloud.Props{"percent": percent, "status": 503}))
}

func TestAShareOfAClustersRequestsFails(t *testing.T) {
	once := func(seed uint64) (statuses []int) {
		world := request.New(failing(30), seed)
		for range 1000 {
			out := world.Do(ask(t, "https://shop.example.com/"))
			if statuses = append(statuses, out.Status); out.Status == 503 {
				assert.Equal(t, "30 % of requests at green fail: `sandbox errors`", out.Reason)
			}
		}
		return statuses
	}
	statuses := once(1)
	bad := 0
	for _, s := range statuses {
		if s == 503 {
			bad++
		}
	}
	assert.InDelta(t, 300, bad, 50)
	assert.Equal(t, statuses, once(1), "a seed repeats them")
	world := request.New(failing(100), 1)
	assert.Equal(t, 503, world.Do(ask(t, "https://shop.example.com/")).Status)
	assert.Equal(t, 200, request.New(append(shop(100, 0), record(request.ErrorRate, "green", cloud.Props{"percent": 100., "status": 503})), 1).
		Do(ask(t, "https://shop.example.com/")).Status, "blue is well")
}

func TestLoadBalancersSeeWhoAnswers(t *testing.T) {
	see := func(records []*cloud.Record, address string) (out []request.Sample) {
		world := request.New(records, 1)
		world.Observe(func(s request.Sample) { out = append(out, s) })
		world.Do(ask(t, address))
		return out
	}
	seen := see(failing(100), "https://shop.example.com/")
	require.Len(t, seen, 1)
	assert.Equal(t, "arn:green", seen[0].Group.ID)
	assert.Equal(t, 503, seen[0].Status)
	assert.True(t, seen[0].ByTarget)
	assert.Positive(t, seen[0].Took)

	seen = see(shop(100, 0), "http://shop.example.com/")
	require.Len(t, seen, 2, "a redirect is an answer too")
	assert.Equal(t, 301, seen[0].Status)
	assert.Nil(t, seen[0].Group)
	assert.False(t, seen[0].ByTarget)

	seen = see(without("green10.0.0.2")(shop(0, 100)), "https://shop.example.com/")
	assert.Equal(t, 503, seen[0].Status)
	assert.Nil(t, seen[0].Group, "no target was chosen")

	seen = see(set("green10.0.0.2", "health", cloud.Props{"state": "unhealthy"})(shop(0, 100)), "https://shop.example.com/")
	assert.Equal(t, 502, seen[0].Status)
	assert.NotNil(t, seen[0].Group)
	assert.False(t, seen[0].ByTarget, "the load balancer says so")
}

func TestOnceDoesNotFollow(t *testing.T) {
	out, location := request.New(shop(100, 0), 1).Once(ask(t, "http://shop.example.com/a"))
	assert.Equal(t, 301, out.Status)
	assert.Equal(t, "https://shop.example.com:443/a", location)
	out, location = request.New(shop(100, 0), 1).Once(ask(t, location))
	assert.Equal(t, 200, out.Status)
	assert.Empty(t, location)
}

func TestErrorsOfAClusterAreKeptByTheWorld(t *testing.T) {
	h := cloudtest.New(t)
	require.NoError(t, h.World.Change("222222222222", "eu-west-1", "test", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: "aws:eks/cluster:Cluster", ID: "green", State: cloud.Props{"name": "green"}})
		return nil
	}))
	before := h.World.Identifiers()
	for _, bad := range []struct {
		errors request.Errors
		reason string
	}{
		{request.Errors{Cluster: "red", Percent: 1, Status: 500}, `there is no cluster "red"; the clusters are [green]`},
		{request.Errors{Cluster: "green", Percent: 101, Status: 500}, "must be from 0 to 100"},
		{request.Errors{Cluster: "green", Percent: -1, Status: 500}, "must be from 0 to 100"},
		{request.Errors{Cluster: "green", Percent: 1, Status: 404}, "--status 404"},
	} {
		require.ErrorContains(t, request.SetErrors(h.World, bad.errors), bad.reason)
	}
	e := request.Errors{Cluster: "green", Percent: 30, Status: 503}
	require.NoError(t, request.SetErrors(h.World, e))
	assert.Equal(t, map[string]request.Errors{"green": e}, request.ErrorsOf(h.World.Records()))
	assert.Equal(t, before, h.World.Identifiers(), "they are no resource")
	require.NoError(t, request.SetErrors(h.World, request.Errors{Cluster: "green"}))
	require.NoError(t, request.SetErrors(h.World, request.Errors{Cluster: "green"}), "twice is fine")
	assert.Empty(t, request.ErrorsOf(h.World.Records()))
}
