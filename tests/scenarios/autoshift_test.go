package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

const (
	configurationType = "aws:cloudcontrol/resource:Resource"
	zonalShift        = environment + "vpcs.main.zonalShift"
	onCall            = "retail-on-call@example.com"
)

// autoshifting has AWS shift by itself, as in production: of three zones, with somebody
// who hears of it, in an environment that nobody takes down by mistake.
func autoshifting(t *testing.T, dev *harness.Stack) {
	t.Helper()
	dev.Unset(t, environment+"relax.unprotected")
	dev.Unset(t, environment+"vpcs.main.relax.twoZones")
	dev.Unset(t, zonalShift+".relax.noAutoshift")
	dev.Set(t, environment+"vpcs.main.zones", []any{"euw1-az1", "euw1-az2", "euw1-az3"})
	dev.Set(t, environment+"observers", map[string]any{"subscribers": map[string]any{"on-call": map[string]any{"protocol": "email", "endpoint": onCall}}})
}

// TestAutoshift (Z1, Z2): what lets AWS shift by itself stands without a change at the
// next preview, wants an alarm that exists, and goes in two steps. In a hollow world:
// what AWS does with it is TestDrill's.
func TestAutoshift(t *testing.T) {
	needsStories(t)
	t.Parallel()
	world := harness.StartHollow(t)
	before := world.Snapshot(t)
	network, dev := world.Stack(t, "network"), world.Stack(t, "dev")
	network.Up(t)
	autoshifting(t, dev)
	t.Run("an alarm that does not exist is refused by AWS (Z1)", func(t *testing.T) { missingAlarm(t, dev) })
	dev.Up(t)
	assert.Empty(t, dev.Preview(t).Lines(), "a second preview (Z2)")
	assert.Empty(t, dev.Refresh(t).Lines(), "a refresh (Z2)")
	assert.Empty(t, dev.Preview(t).Lines(), "a preview after the refresh (Z2)")
	t.Run("a colour goes after its autoshift (Z1)", func(t *testing.T) { colourGoes(t, dev) })
	t.Run("the configuration goes after its autoshift (Z1)", func(t *testing.T) { configurationGoes(t, dev) })
	t.Run("all of it goes after one step (Z1)", func(t *testing.T) {
		dev.Set(t, zonalShift, map[string]any{})
		dev.Up(t)
		keptWhileOn(t, world, dev)
		dev.Set(t, environment+"relax.unprotected", "All of it goes with the next step.")
		dev.Up(t)
		dev.Destroy(t)
		network.Unprotect(t)
		network.Destroy(t)
		assert.Equal(t, before, world.Snapshot(t), "identifiers before the first update and after the last destroy")
	})
}

// missingAlarm names an alarm of the right account and Region that there is not.
func missingAlarm(t *testing.T, dev *harness.Stack) {
	const alarm = "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:sale"
	dev.Set(t, zonalShift+".practice", map[string]any{"blockingAlarm": alarm})
	plan, err := dev.TryUp()
	require.Error(t, err)
	assert.Contains(t, plan.Text, "Alarm "+alarm+" does not exist")
	dev.Unset(t, zonalShift+".practice")
}

// colourGoes removes green, which is refused with what to do, and then does that.
func colourGoes(t *testing.T, dev *harness.Stack) {
	const step = "vpcs.main.zonalShift: autoshift of green is on, and its configuration is not deleted so: restore it, state a reason in vpcs.main.clusters.green.relax.noAutoshift or vpcs.main.zonalShift.relax.noAutoshift in an update before, such as the one that moves the traffic, then remove it"
	gone := func() {
		dev.Unset(t, green)
		dev.Set(t, traffic, map[string]any{"blue": 100})
	}
	gone()
	_, err := dev.TryUp()
	require.ErrorContains(t, err, step)

	dev.Restore(t)
	autoshifting(t, dev)
	dev.Set(t, green+".relax", map[string]any{"noAutoshift": "Green goes with the next update."})
	assert.Equal(t, []string{"update " + configurationType + " main-autoshift-green"}, beside(dev.Up(t)))
	gone()
	assert.Contains(t, dev.Up(t).Lines(), "delete "+configurationType+" main-autoshift-green")
	assert.Empty(t, dev.Preview(t).Lines())
}

// configurationGoes removes zonalShift, which is refused with what to do, and then does
// that.
func configurationGoes(t *testing.T, dev *harness.Stack) {
	dev.Unset(t, zonalShift)
	_, err := dev.TryUp()
	for _, key := range []string{"blue", "front-door"} {
		require.ErrorContains(t, err, "vpcs.main.zonalShift: autoshift of "+key+" is on, and its configuration is not deleted so: restore it, state a reason in ")
	}
	dev.Set(t, zonalShift, map[string]any{"relax": map[string]any{"noAutoshift": "All of it goes with the next step."}})
	each := []string{configurationType + " main-autoshift-blue", configurationType + " main-autoshift-front-door"}
	assert.Equal(t, []string{"update " + each[0], "update " + each[1]}, beside(dev.Up(t)))
	dev.Unset(t, zonalShift)
	assert.Equal(t, []string{"delete " + each[0], "delete " + each[1], "delete retail:zonalshift:Autoshift main"}, beside(dev.Up(t)))
}

// keptWhileOn has the engine delete a configuration without the program, which would
// have refused.
func keptWhileOn(t *testing.T, world *harness.World, dev *harness.Stack) {
	t.Helper()
	text, err := world.Engine("destroy", "--stack", "dev", "--yes", "--skip-preview",
		"--target", urn(t, dev, configurationType, "main-autoshift-front-door")).Run()
	require.Error(t, err, text)
	assert.Contains(t, text, "disable it before you delete")
}

// autoshift lets a zone fail: customers notice until AWS has shifted, and somebody is
// told. The zone is one that the VPC has just got.
func (d *drilled) autoshift(t *testing.T) {
	const zone = "euw1-az3"
	autoshifting(t, d.stack)
	d.zones = append(d.zones, zone)
	d.stack.Up(t)
	assert.Empty(t, d.stack.Preview(t).Lines(), "a second preview (Z2)")
	d.world.Sandbox(t, "notifications", "confirm", onCall)
	d.ready(t)
	before := d.picture(t)
	require.Zero(t, d.ask(t).failed())

	d.world.Sandbox(t, "zone", "break", zone)
	broken := d.ask(t)
	assert.Positive(t, broken.failed(), "customers notice")
	assert.Less(t, broken.failed(), requests, "two zones answer")
	d.world.Sandbox(t, "autoshift", "start", "--zone", zone)
	require.Eventually(t, func() bool { return d.ask(t).failed() == 0 }, time.Minute, time.Second, "the shift helps")
	for range 3 {
		for _, a := range d.ask(t).answers {
			assert.Equal(t, 200, a.Status, "%+v", a)
			assert.NotContains(t, []string{a.Example.Entry, a.Example.Zone, d.zoneOf(t, a)}, zone, "%+v", a)
		}
	}
	r := d.drill(t, "euw1-az1")
	said := r.end(t)
	assert.Equal(t, 2, r.code, said)
	assert.Contains(t, said, "clusters.retail-dev-main-blue: no shift may be active before a drill, got autoshift of AWS away from "+zone+" since ")
	assert.Empty(t, d.stack.Preview(t).Lines(), "an autoshift is no drift")

	d.world.Sandbox(t, "zone", "mend", zone)
	d.world.Sandbox(t, "autoshift", "end", "--zone", zone)
	d.ready(t)
	require.Eventually(t, func() bool { return assert.ObjectsAreEqual(before, d.picture(t)) }, time.Minute, time.Second)
	assert.Equal(t, before, d.picture(t))
	require.Zero(t, d.ask(t).failed())
	d.told(t, "Autoshift In Progress", "Autoshift Completed")
}

// told wants somebody told of these events of the autoshift, in order, each by the
// observers' topic.
func (d *drilled) told(t *testing.T, events ...string) {
	t.Helper()
	var all []struct {
		State struct {
			TopicArn, Message, Reason string
			Delivered                 bool
			Recipients                []struct{ Endpoint, Reason string }
		}
	}
	d.world.JSON(t, &all, "notifications", "--json")
	var heard []string
	for _, n := range all {
		if !strings.HasSuffix(n.State.TopicArn, ":retail-dev-zonal-shifts") {
			continue
		}
		assert.True(t, n.State.Delivered, n.State.Reason)
		for _, event := range events {
			if strings.Contains(n.State.Message, event) {
				heard = append(heard, event)
				require.Len(t, n.State.Recipients, 1)
				assert.Equal(t, onCall+" ", n.State.Recipients[0].Endpoint+" "+n.State.Recipients[0].Reason)
			}
		}
	}
	assert.Subset(t, heard, events)
}
