package scenarios

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// customers is an environment with a shop in both colours, and its hub.
type customers struct {
	*foundation

	first harness.Plan // the environment's first update
}

const (
	shopURL  = "https://dev.shop.example.com/"
	requests = 1000
	blue     = environment + "vpcs.main.clusters.blue"
	shop     = environment + "vpcs.main.shop"
)

// TestCustomers raises the hub and dev, looks at what stands, changes it in every
// way that the runbooks describe, lets customers in, moves them between the
// colours, also to one that EKS Auto Mode runs, and takes all of it down again. The
// order is the story's: later parts rely on what earlier ones left standing.
func TestCustomers(t *testing.T) {
	t.Parallel()
	world := harness.StartApart(t)
	c := &customers{foundation: &foundation{world: world, network: world.Stack(t, "network"), dev: world.Stack(t, "dev")}}
	before := world.Snapshot(t)

	require.True(t, t.Run("both colours come up, 64 resources at a time (K3)", c.comesUp), "nothing else can be shown without it")
	t.Run("no resource is on a default provider (K9)", c.explicitProviders)
	t.Run("nothing that a controller acts on is made before the controller is ready (L1)", c.controllersFirst)
	t.Run("a second preview and a refresh change nothing (E9, L2)", c.settled)
	t.Run("clusters answer and access entries are honoured", c.access)
	t.Run("customers do not notice that a zone is away (Z3, Z5)", c.zoneAway)
	t.Run("state survives the death of every process", c.restart)
	t.Run("changes", c.changes)
	t.Run("refusals", c.refusals)
	t.Run("traffic moves by weights alone (B1, B10, B11)", c.shifts)
	t.Run("weights moved by hand are shown before they are taken back (B2)", c.movedByHand)
	t.Run("an autoscaler's number of pods survives an update (B5, K6)", c.scaledByOthers)
	t.Run("a certificate is renewed on purpose only, also after a killed upgrade (L2, K8)", c.renewal)
	t.Run("traffic moves to a colour on Auto Mode (L9)", c.autoMode)
	t.Run("a shop that is removed goes though its clusters stay (K5)", c.shopRemoved)
	t.Run("destroy leaves nothing", func(t *testing.T) {
		c.dev.Destroy(t)
		c.protectedHub(t)
		c.network.Unprotect(t)
		c.network.Destroy(t)
		assert.Equal(t, before, world.Snapshot(t), "identifiers before the first update and after the last destroy")
	})
}

// comesUp is one update of an empty account. At this parallelism only what is
// declared to depend on something waits for it.
func (c *customers) comesUp(t *testing.T) {
	network := c.network.Up(t)
	assert.Equal(t, map[string]int{"create": len(network.Steps)}, network.Ops())
	c.first = c.dev.Up(t, optup.Parallel(64))
	assert.Equal(t, map[string]int{"create": len(c.first.Steps)}, c.first.Ops())
	assert.Empty(t, append(network.Warnings, c.first.Warnings...))
}

// controllersFirst looks twice: at the engine's order, and at the times that the
// API server wrote down.
func (c *customers) controllersFirst(t *testing.T) {
	for _, colour := range []string{"blue", "green"} {
		ready, acted := -1, 0
		for i, m := range c.first.Moments {
			switch {
			case m.Type == releaseType && m.Name == "main-"+colour+"-controller" && m.Done:
				ready = i
			case actedUpon(m) && strings.HasPrefix(m.Name, "main-"+colour+"-") && !m.Done:
				acted++
				assert.NotEqual(t, -1, ready, "%s %s is begun before the controller is ready", m.Type, m.Name)
			}
		}
		assert.Equal(t, 7, acted, "%s: the Services of five services and the gateway, and the binding of one", colour)

		available := c.kubectl(t, colour, "-n", "kube-system", "get", "deployment", "aws-load-balancer-controller",
			"-o", `jsonpath={.status.conditions[?(@.type=="Available")].lastTransitionTime}`)
		var list struct {
			Items []struct {
				Kind     string
				Metadata struct{ Name, CreationTimestamp string }
			}
		}
		text := c.kubectl(t, colour, "-n", "store", "get", "services,ingresses.networking.k8s.io,targetgroupbindings.elbv2.k8s.aws", "-o", "json")
		require.NoError(t, json.Unmarshal([]byte(text), &list))
		assert.Len(t, list.Items, 8, "in the shop's namespace the same, and the waypoint that istiod made")
		for _, item := range list.Items {
			assert.GreaterOrEqual(t, item.Metadata.CreationTimestamp, available, "%s: %s %s", colour, item.Kind, item.Metadata.Name)
		}
	}
}

const releaseType = "kubernetes:helm.sh/v3:Release"

// actedUpon tells whether a load balancer controller acts on a resource, or has been given
// a webhook in its way. The Service of the traces is a plain one of another namespace, and
// the webhook for such Services is off.
func actedUpon(m harness.Moment) bool {
	resourceType := m.Type
	return resourceType == "kubernetes:core/v1:Service" && !strings.HasSuffix(m.Name, "-traces") || resourceType == "kubernetes:networking.k8s.io/v1:Ingress" ||
		strings.HasSuffix(resourceType, ":TargetGroupBinding")
}

// kubectl asks a colour's API server as the deploy role.
func (c *customers) kubectl(t *testing.T, colour string, args ...string) string {
	t.Helper()
	return c.world.Sandbox(t, append([]string{"kubectl", "retail-dev-main-" + colour}, args...)...)
}

// split asks the shop and compares where the requests ended with the weights:
// each is drawn by itself, so that the counts are binomial. Four standard
// deviations let one sound run in 16,000 fail, if the draws were not repeated; a
// weight of 0 or 100 leaves no room at all. No request may fail.
func (c *customers) split(t *testing.T, weights map[string]int) {
	t.Helper()
	got := c.ask(t, requests)
	for colour, weight := range weights {
		p := float64(weight) / 100
		assert.InDelta(t, requests*p, got[colour], 4*math.Sqrt(requests*p*(1-p)), "%s at weight %d: %v", colour, weight, got)
	}
	assert.Equal(t, requests, got["blue"]+got["green"], "%v", got)
}

// ask follows requests and counts by colour where they ended.
func (c *customers) ask(t *testing.T, n int, flags ...string) map[string]int {
	t.Helper()
	var ended []struct {
		Count, Status int
		Cluster, Pod  string
	}
	c.world.JSON(t, &ended, append([]string{"request", shopURL, "--count", fmt.Sprint(n), "--seed", "1", "--json"}, flags...)...)
	counts := map[string]int{}
	for _, end := range ended {
		assert.Equal(t, 200, end.Status, "%+v", end)
		assert.True(t, strings.HasPrefix(end.Pod, "store/ui-"), "%+v", end)
		counts[strings.TrimPrefix(end.Cluster, "retail-dev-main-")] += end.Count
	}
	return counts
}
