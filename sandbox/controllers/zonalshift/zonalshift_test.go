package zonalshift_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/clusters"
	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/zonalshift"
)

// patience is for a machine that is busy.
const patience = 2 * time.Minute

// cluster is a control plane with a node in each of three zones and a workload on them.
type cluster struct {
	*clusterstest.Cluster
	world *cloud.World
	zones map[string]string // names by ID
}

func start(t *testing.T) *cluster {
	t.Helper()
	world, err := cloud.NewWorld(cloud.Options{Registry: cloud.NewRegistry(ec2.Register), Facts: cloud.Tables})
	require.NoError(t, err)
	c := &cluster{world: world, zones: map[string]string{}}
	require.NoError(t, world.Change(clusterstest.Account, clusterstest.Region, "test", func(call *cloud.Call) error {
		var subnets []any
		for i, id := range call.Zones() {
			c.zones[id] = call.ZoneName(id)
			subnet := fmt.Sprintf("subnet-%d", i)
			call.Put(&cloud.Record{Token: ec2.Subnet, ID: subnet, State: cloud.Props{"availabilityZoneId": id, "availabilityZone": c.zones[id]}})
			subnets = append(subnets, subnet)
		}
		call.Put(&cloud.Record{Token: "aws:eks/cluster:Cluster", ID: clusterstest.Name, State: cloud.Props{"arn": clusterstest.ARN,
			"zonalShiftConfig": cloud.Props{"enabled": true}, "vpcConfig": cloud.Props{"subnetIds": subnets}}})
		return nil
	}))
	c.Cluster = clusterstest.Start(t, zonalshift.Controllers(func() *cloud.World { return world }))
	var nodes []clusters.Node
	for i, id := range []string{"euw1-az1", "euw1-az2", "euw1-az3"} {
		nodes = append(nodes, clusters.Node{Name: "node-" + id, ProviderID: fmt.Sprintf("aws:///%s/i-%017d", c.zones[id], i), Zone: c.zones[id], ZoneID: id,
			Region: clusterstest.Region, InstanceType: "m7g.large", AMIFamily: "AL2023", CPU: "4", Memory: "8Gi", MaxPods: 110})
	}
	require.NoError(t, c.Manager.SetNodes(t.Context(), clusterstest.ARN, "spread", nodes))
	require.NoError(t, c.Manager.SetNodes(t.Context(), clusterstest.ARN, "general", nil))
	require.Eventually(t, c.open, patience, 50*time.Millisecond, "nodes without a taint")
	c.Apply(clusterstest.Object(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"ui","namespace":"default"},"spec":{"replicas":6,
		"selector":{"matchLabels":{"app":"ui"}},"template":{"metadata":{"labels":{"app":"ui"}},"spec":{"containers":[{"name":"ui","image":"ui"}],
		"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","minDomains":3,"whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"ui"}}}]}}}}`),
		clusterstest.Object(`{"apiVersion":"v1","kind":"Service","metadata":{"name":"ui","namespace":"default"},"spec":{"selector":{"app":"ui"},"ports":[{"port":80,"targetPort":8080}]}}`))
	// The constraint is a hard one: what the scheduler only prefers it does not do while it has
	// not seen that the last node takes pods.
	c.eventually(func(e map[string]int) bool { return len(e) == 3 && sum(e) == 6 }, "pods in all zones")
	return c
}

// endpoints counts the Service's ready endpoints by zone, as every client of the API sees them.
func (c *cluster) endpoints() map[string]int {
	list, err := c.Typed.DiscoveryV1().EndpointSlices("default").List(c.T.Context(), metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=ui"})
	require.NoError(c.T, err)
	out := map[string]int{}
	for _, s := range list.Items {
		for _, e := range s.Endpoints {
			out[*e.Zone]++
		}
	}
	return out
}

// outside counts the endpoints of the other zones.
func (c *cluster) outside(zone string) int {
	e := c.endpoints()
	return sum(e) - e[zone]
}

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

func (c *cluster) eventually(is func(map[string]int) bool, what string) {
	c.T.Helper()
	require.EventuallyWithT(c.T, func(t *assert.CollectT) {
		now := c.endpoints()
		assert.True(t, is(now), "%v; %v", now, c.pods())
	}, patience, 50*time.Millisecond, what)
}

// open tells whether every node takes pods: the taint of one that was not ready goes a moment
// after it is.
func (c *cluster) open() bool {
	list, err := c.Typed.CoreV1().Nodes().List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	return !slices.ContainsFunc(list.Items, func(n corev1.Node) bool { return len(n.Spec.Taints) > 0 })
}

func (c *cluster) cordoned() []string {
	list, err := c.Typed.CoreV1().Nodes().List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	out := []string{}
	for _, n := range list.Items {
		if n.Spec.Unschedulable {
			out = append(out, n.Name)
		}
	}
	slices.Sort(out)
	return out
}

func (c *cluster) pods() (names []string) {
	list, err := c.Typed.CoreV1().Pods("default").List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	for _, p := range list.Items {
		names = append(names, p.Name+" on "+p.Spec.NodeName)
	}
	slices.Sort(names)
	return names
}

func (c *cluster) shift(zone string) (id string) {
	require.NoError(c.T, c.world.Change(clusterstest.Account, clusterstest.Region, "operator", func(call *cloud.Call) error {
		s, err := arczonalshift.Start(call, arczonalshift.StartInput{ResourceIdentifier: clusterstest.ARN, AwayFrom: zone, ExpiresIn: "30m", Comment: "a drill"})
		id = s.ID
		return err
	}))
	return id
}

func (c *cluster) cancel(id string) {
	require.NoError(c.T, c.world.Change(clusterstest.Account, clusterstest.Region, "operator", func(call *cloud.Call) error {
		_, err := arczonalshift.Cancel(call, id)
		return err
	}))
}

// (Z5) A shift takes the zone's endpoints out and keeps them out whatever happens, cordons
// its nodes, evicts nothing, and gives everything back.
func TestAShiftEmptiesAZoneOfTrafficAndNotOfPods(t *testing.T) {
	c := start(t)
	hand := "node-euw1-az1"
	c.hold(hand, true)
	before := c.pods()
	away := c.zones["euw1-az1"]
	rest := c.outside(away)
	id := c.shift("euw1-az1")
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == rest }, "the zone's endpoints are gone")
	assert.Equal(t, []string{"node-euw1-az1"}, c.cordoned())
	assert.Equal(t, before, c.pods(), "nothing is evicted")

	// Kubernetes' own controller writes the slices at every change of a pod: not once may
	// an endpoint of the zone come back.
	watch, err := c.Typed.DiscoveryV1().EndpointSlices("default").Watch(t.Context(), metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=ui"})
	require.NoError(t, err)
	seen, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		for event := range watch.ResultChan() {
			if s, ok := event.Object.(*discoveryv1.EndpointSlice); ok {
				seen++
				assert.Len(t, kept(s, away), len(s.Endpoints), "an endpoint of the zone came back")
			}
		}
	}()
	c.scale(8) // one more in each of the other zones: more would be spread too unevenly
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == rest+2 }, "new pods are in the other zones")
	c.scale(6)
	c.eventually(func(e map[string]int) bool { return sum(e) <= 6 }, "fewer pods")
	time.Sleep(time.Second) // what is still being written is seen too
	watch.Stop()
	<-done
	assert.Positive(t, seen)

	c.cancel(id)
	c.eventually(func(e map[string]int) bool { return sum(e) == 6 }, "the endpoints are back")
	require.Eventually(t, func() bool { return !c.intercepted() }, patience, 50*time.Millisecond, "the webhook goes")
	assert.Equal(t, []string{hand}, c.cordoned(), "what was cordoned before stays so")
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		for _, s := range c.all() {
			assert.NotContains(t, s.Labels, "sandbox.retail/zonal-shift-ended")
		}
	}, patience, 50*time.Millisecond, "Kubernetes' controller takes the label away")
}

func kept(s *discoveryv1.EndpointSlice, zone string) (out []discoveryv1.Endpoint) {
	for _, e := range s.Endpoints {
		if e.Zone == nil || *e.Zone != zone {
			out = append(out, e)
		}
	}
	return out
}

// A world that stops and goes on in the middle of a shift, or after it, ends in the same.
func TestAShiftOutlastsTheDaemon(t *testing.T) {
	c := start(t)
	away := c.zones["euw1-az2"]
	rest := c.outside(away)
	id := c.shift("euw1-az2")
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == rest }, "the zone's endpoints are gone")
	require.Eventually(t, func() bool { return len(c.cordoned()) == 1 }, patience, 50*time.Millisecond, "its node takes no pods")
	c.Restart(func() {})
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == rest }, "still")
	c.scale(7)
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == rest+1 }, "and the webhook answers")
	c.Restart(func() { c.cancel(id) })
	c.eventually(func(e map[string]int) bool { return sum(e) == 7 }, "the endpoints are back")
	require.Eventually(t, func() bool { return len(c.cordoned()) == 0 && !c.intercepted() }, patience, 50*time.Millisecond, "nothing is left")
}
