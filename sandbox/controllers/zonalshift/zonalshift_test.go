package zonalshift_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/clusters"
	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/zonalshift"
)

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
	c.Apply(clusterstest.Object(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"ui","namespace":"default"},"spec":{"replicas":6,
		"selector":{"matchLabels":{"app":"ui"}},"template":{"metadata":{"labels":{"app":"ui"}},"spec":{"containers":[{"name":"ui","image":"ui"}],
		"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"ui"}}}]}}}}`),
		clusterstest.Object(`{"apiVersion":"v1","kind":"Service","metadata":{"name":"ui","namespace":"default"},"spec":{"selector":{"app":"ui"},"ports":[{"port":80,"targetPort":8080}]}}`))
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

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

func (c *cluster) eventually(is func(map[string]int) bool, what string) {
	c.T.Helper()
	require.Eventually(c.T, func() bool { return is(c.endpoints()) }, 60*time.Second, 50*time.Millisecond, what)
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
	id := c.shift("euw1-az1")
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == 4 }, "the zone's endpoints are gone")
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
				assert.Len(t, outside(s, away), len(s.Endpoints), "an endpoint of the zone came back")
			}
		}
	}()
	c.scale(12)
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == 10 }, "new pods are in the other zones")
	c.scale(6)
	c.eventually(func(e map[string]int) bool { return sum(e) <= 6 }, "fewer pods")
	time.Sleep(time.Second) // what is still being written is seen too
	watch.Stop()
	<-done
	assert.Positive(t, seen)

	c.cancel(id)
	c.eventually(func(e map[string]int) bool { return sum(e) == 6 }, "the endpoints are back")
	require.Eventually(t, func() bool { return !c.intercepted() }, 10*time.Second, 50*time.Millisecond, "the webhook goes")
	assert.Equal(t, []string{hand}, c.cordoned(), "what was cordoned before stays so")
	for _, s := range c.all() {
		assert.NotContains(t, s.Labels, "sandbox.retail/zonal-shift-ended")
	}
}

func outside(s *discoveryv1.EndpointSlice, zone string) (out []discoveryv1.Endpoint) {
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
	id := c.shift("euw1-az2")
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == 4 }, "the zone's endpoints are gone")
	c.Restart(func() {})
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == 4 }, "still")
	c.scale(7)
	c.eventually(func(e map[string]int) bool { return e[away] == 0 && sum(e) == 5 }, "and the webhook answers")
	c.Restart(func() { c.cancel(id) })
	c.eventually(func(e map[string]int) bool { return sum(e) == 7 }, "the endpoints are back")
	require.Eventually(t, func() bool { return len(c.cordoned()) == 0 && !c.intercepted() }, 10*time.Second, 50*time.Millisecond, "nothing is left")
}

func (c *cluster) all() []discoveryv1.EndpointSlice {
	list, err := c.Typed.DiscoveryV1().EndpointSlices(metav1.NamespaceAll).List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	return list.Items
}

func (c *cluster) intercepted() bool {
	list, err := c.Typed.AdmissionregistrationV1().MutatingWebhookConfigurations().List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	return len(list.Items) > 0
}

// scale changes the number of replicas. What the Deployment's own controller writes in
// between is no fault: the change is made again.
func (c *cluster) scale(n int32) {
	deployments := c.Typed.AppsV1().Deployments("default")
	require.NoError(c.T, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		scale, err := deployments.GetScale(c.T.Context(), "ui", metav1.GetOptions{})
		if err != nil {
			return err
		}
		scale.Spec.Replicas = n
		_, err = deployments.UpdateScale(c.T.Context(), "ui", scale, metav1.UpdateOptions{})
		return err
	}))
}

// hold cordons a node by hand.
func (c *cluster) hold(name string, is bool) {
	nodes := c.Typed.CoreV1().Nodes()
	require.NoError(c.T, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		n, err := nodes.Get(c.T.Context(), name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		n.Spec.Unschedulable = is
		_, err = nodes.Update(c.T.Context(), n, metav1.UpdateOptions{})
		return err
	}))
}
