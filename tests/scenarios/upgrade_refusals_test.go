package scenarios

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusesFiles tries files that must be refused with both or one colour standing.
func (u *upgraded) refusesFiles(t *testing.T, serving string) {
	policy := func(text string) map[string]any { return map[string]any{"routes": serving, "policy": text} }
	long := grown(t, u.dev.Get(t, environment+"vpcs.main"), "")
	delete(long.(map[string]any), "version")
	for name, c := range map[string]struct {
		path  string
		value any
		says  []string
	}{
		"weights that are not 100 (B3)": {traffic, map[string]any{"blue": 60, "green": 50}, []string{"vpcs.main.traffic: blue+green must be 100, got 110 (blue 60, green 50)"}},
		"a route's name that would be cut (V1)": {environment + "vpcs.production-west-one", long, []string{
			"vpcs.production-west-one: the route's name must have at most 20 characters: the controller cuts it there, got shop-production-west-one, cut to shop-production-west: shorten the VPC's name",
		}},
		"two owners (V1)": {routes, map[string]any{"routes": serving, "takeOverFrom": serving}, []string{
			"vpcs.main.lattice.takeOverFrom: nobody takes a route over from itself: one colour owns it",
		}},
		"no association (V2)": {routes, nil, []string{
			"vpcs.main.clusters." + serving + ".lattice: needs the VPC's place in the service network: without its association the controller finds none",
		}},
		"a broken policy": {routes, policy(`{"Version":`), []string{"vpcs.main.lattice.policy: must be an IAM policy as JSON, got unexpected EOF"}},
		"an open principal": {routes, policy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"vpc-lattice-svcs:Invoke","Resource":"*"}]}`), []string{
			"vpcs.main.lattice.policy.Statement[0].Principal: must not be open",
		}},
	} {
		t.Run(name, func(t *testing.T) { u.refusesFile(t, map[string]any{c.path: c.value}, c.says...) })
	}
}

// refusesFile wants an update to be refused with values by their paths, nil for none, before
// anything is made, and puts the values back.
func (u *upgraded) refusesFile(t *testing.T, values map[string]any, says ...string) {
	t.Helper()
	standing := u.made(t)
	for path, value := range values {
		was := u.dev.Get(t, path)
		put := func(value any) {
			if value != nil {
				u.dev.Set(t, path, value)
			} else if u.dev.Get(t, path) != nil {
				u.dev.Unset(t, path)
			}
		}
		put(value)
		defer put(was)
	}
	plan, err := u.dev.TryUp()
	require.Error(t, err, "must be refused")
	for _, words := range says {
		assert.Contains(t, err.Error()+plan.Text, words)
	}
	assert.Equal(t, standing, u.made(t), "nothing is made or deleted")
}

// made are the identifiers of all but targets, which come and go with pods.
func (u *upgraded) made(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(u.world.Snapshot(t), func(line string) bool { return strings.Contains(line, ":TargetGroupAttachment/") })
}

// ownerStays tries to take the route's owner away, and to give its route another one, in one
// update: the controller of the old one would delete the service.
func (u *upgraded) ownerStays(t *testing.T, owner, other string) {
	u.refusesFile(t, map[string]any{clusters + owner: nil, traffic: map[string]any{other: 100}, routes: map[string]any{"routes": other}},
		"vpcs.main.clusters."+owner+": colour "+owner+" owns the route of VPC Lattice and cannot be removed: set vpcs.main.lattice.routes: "+other+" and takeOverFrom: "+owner+" in an update of its own")
	u.refusesFile(t, map[string]any{routes: map[string]any{"routes": other}},
		"vpcs.main.lattice.routes: "+owner+" owns the route: deleting its own would delete the service, got "+other+": set takeOverFrom: "+owner+" beside it")
}

// shiftRefused wants a shift to be refused with words, and no weight to move.
func (u *upgraded) shiftRefused(t *testing.T, to string, says ...string) {
	t.Helper()
	before, err := u.scales.look(t.Context())
	require.NoError(t, err)
	r, _ := u.shift(t, to, "--steps", "100")
	require.Equal(t, 2, r.code, r.text())
	for _, words := range says {
		assert.Contains(t, r.text(), words)
	}
	after, err := u.scales.look(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

// refusesShifts tries a shift while somebody's change stands, and while the colour is not well.
func (u *upgraded) refusesShifts(t *testing.T, to string) {
	t.Run("drift by hand (B2)", func(t *testing.T) {
		const subnet = "aws:ec2/subnet:Subnet::main-private-euw1-az1"
		u.world.Sandbox(t, "drift", "set", subnet, "mapPublicIpOnLaunch", "true")
		u.shiftRefused(t, to, "drift: ", "main-private-euw1-az1: must stand as the last update left it, got update of mapPublicIpOnLaunch")
		u.world.Sandbox(t, "drift", "set", subnet, "mapPublicIpOnLaunch", "false")
	})
	t.Run("the colour is not well (B6)", func(t *testing.T) {
		scale := func(n string) {
			u.kubectl(t, to, "-n", "istio-system", "scale", "deployment", istiodName, "--replicas="+n)
		}
		scale("0")
		u.kubectl(t, to, "-n", "istio-system", "wait", "--for=delete", "pod", "-l", "app="+istiodName, "--timeout=120s")
		u.shiftRefused(t, to, "clusters.retail-dev-main-"+to+".istio-system.istiod: must have ", " ready endpoints", "got 0: see why its pods are not ready")
		scale("2")
		require.Eventually(t, func() bool { r, _ := u.shift(t, to, "--dry-run", "--steps", "100"); return r.code == 0 }, patience, 2*time.Second)
	})
}
