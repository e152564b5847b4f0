package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// drilled is a VPC of an environment whose zones are taken away.
type drilled struct {
	world          *harness.World
	network, stack *harness.Stack
	vpc            string
	url            string            // where customers ask
	zones          []string          // of the VPC, by ID
	pods           map[string]string // zones of the shop's pods, by cluster and name
}

// cluster is the name of one of the VPC's clusters.
func (d *drilled) cluster(colour string) string {
	return "retail-" + d.stack.Name + "-" + d.vpc + "-" + colour
}

// TestDrill raises hub and dev once. It takes each zone away by the operator's own
// command while customers go on asking, tries what must refuse a drill or end one, and
// at last lets AWS take away a zone that fails (Z1, Z2, Z3, Z5).
func TestDrill(t *testing.T) {
	needsStories(t)
	t.Parallel()
	world := harness.Start(t)
	d := &drilled{world: world, network: world.Stack(t, "network"), stack: world.Stack(t, "dev"), vpc: "main", url: shopURL, zones: []string{"euw1-az1", "euw1-az2"}}
	before := world.Snapshot(t)
	d.network.Up(t)
	d.stack.Up(t)
	d.ready(t)
	for i, zone := range d.zones {
		t.Run("customers do not notice that "+zone+" is away (Z3, Z5)", func(t *testing.T) { d.goesAndComes(t, zone, i == 0) })
	}
	t.Run("one drill at a time, and Ctrl-C ends it", d.interrupted)
	t.Run("an alarm ends a drill, and keeps the next from starting", d.alarmed)
	t.Run("a shift that does not start ends those that have", d.halfStarted)
	t.Run("AWS takes away a zone that fails (Z1)", d.autoshift)
	t.Run("refused when the rest could not carry it (Z5)", d.refused)
	t.Run("with autoshift on all of it goes, by one step and a destroy (Z1)", func(t *testing.T) {
		d.stack.Set(t, environment+"relax.unprotected", "All of it goes with the next step.")
		d.stack.Up(t)
		d.stack.Destroy(t)
		d.network.Unprotect(t)
		d.network.Destroy(t)
		assert.Equal(t, before, world.Snapshot(t), "identifiers before the first update and after the last destroy")
	})
}

// ready waits until the VPC can do without any one zone: an update awaits pods, not
// that controllers have told everyone of them.
func (d *drilled) ready(t *testing.T) {
	t.Helper()
	for _, zone := range d.zones {
		d.judged(t, zone, 0)
	}
}

// judged waits until a drill would be refused, or not, by its exit code.
func (d *drilled) judged(t *testing.T, zone string, code int) {
	t.Helper()
	said := ""
	if !assert.Eventually(t, func() bool {
		r := d.drill(t, zone, "--dry-run")
		said = r.end(t)
		return r.code == code
	}, 2*time.Minute, time.Second) {
		require.Fail(t, "it is judged otherwise", "%s: %s", zone, said)
	}
}

// goesAndComes is a drill from before its start until after its end. It is long enough
// for batches of requests to begin and end while the zone is away, however busy the
// machine.
func (d *drilled) goesAndComes(t *testing.T, zone string, withPreview bool) {
	before := d.picture(t)
	ask := d.asking(t)
	lasts := (15*time.Second + 3*ask.whole(t)).Round(time.Second)
	r := d.drill(t, zone, "--for", lasts.String())
	ask.now()
	r.says(t, "the zone is out: no endpoint and no target is left in "+zone)
	ask.now()
	drifted := make(chan []string, 1)
	if withPreview { // beside the drill
		go func() {
			plan, err := d.stack.TryPreview()
			drifted <- append(plan.Lines(), errorText(err)...)
		}()
	} else {
		drifted <- nil
	}
	r.says(t, "every shift is ended")
	ask.now()
	said := r.end(t)
	assert.Empty(t, <-drifted, "a shift is no drift")
	ask.whole(t)
	batches := ask.stop(t)
	require.Zero(t, r.code, said)

	d.counted(t, r, batches, zone)
	for _, service := range []string{"store/carts", "store/catalog", "store/checkout", "store/orders", "store/store-gateway", "store/ui", "store/waypoint", "istio-system/istiod", "kube-system/kube-dns"} {
		for _, colour := range []string{"blue", "green"} {
			// The zones, ready, without the zone, needed: a service may be in some zones only.
			assert.Regexp(t, d.cluster(colour)+` +`+service+fmt.Sprintf(`( +\d+){%d} +[1-9]\d* +[1-9]\d* +[1-9]\d* .* ok`, len(d.zones)), said, "the capacity table")
		}
	}
	for _, line := range []string{
		"CLUSTER .* SERVICE .* " + strings.Join(d.zones, " +") + " +READY +WITHOUT " + zone + " +NEEDS +BY +SCALES",
		"(?m)^drill of " + zone + " in VPC " + d.vpc + `: the time is over after [\dms]+$`, `zone out +after [\dms]+`,
		"alarms +none went red", "short services +none", `zone back +after [\dms]+`,
	} {
		assert.Regexp(t, line, said)
	}
	assert.Equal(t, 3, strings.Count(said, "  ended\n"), "two clusters and the front door\n%s", said)
	assert.Equal(t, before, d.picture(t), "nodes, endpoints and targets before and after")
	assert.Empty(t, d.stack.Preview(t).Lines(), "after the drill")
}

// errorText is an error as a line; none without.
func errorText(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

// counted wants 1,000 requests and more in each part of a drill, none failed, and none
// answered in the zone while it was out.
func (d *drilled) counted(t *testing.T, r *run, batches []batch, zone string) {
	t.Helper()
	out, back := r.at("the zone is out"), r.at("every shift is ended")
	counts := map[string]int{}
	for _, b := range batches {
		part := "after"
		switch {
		case b.began.Before(r.began):
			part = "before"
		case b.began.Before(out):
			part = "start"
		case b.began.Before(back):
			part = "away"
		case b.began.Before(r.ended):
			part = "end"
		}
		for _, a := range b.answers {
			counts[part] += a.Count
			assert.Equal(t, 200, a.Status, "%s: %+v", part, a)
			assert.True(t, strings.HasPrefix(a.Pod, "store/ui-"), "%s: %+v", part, a)
			if part == "away" && b.ended.Before(back) {
				counts["wholly away"] += a.Count
				assert.NotContains(t, []string{a.Example.Entry, a.Example.Zone, d.zoneOf(t, a)}, zone, "%+v", a)
			}
		}
	}
	t.Logf("%s: requests answered: %v", zone, counts)
	for _, part := range []string{"before", "start", "away", "wholly away", "end", "after"} {
		assert.GreaterOrEqual(t, counts[part], requests, "%s: %v", part, counts)
	}
}

// interrupted starts a second drill during one, and then interrupts the first.
func (d *drilled) interrupted(t *testing.T) {
	before := d.picture(t)
	first := d.drill(t, d.zones[0], "--for", "10m")
	first.says(t, "the zone is out")
	second := d.drill(t, d.zones[1], "--for", "10m")
	said := second.end(t)
	assert.Equal(t, 2, second.code, said)
	for _, at := range []string{"clusters.retail-dev-main-blue", "clusters.retail-dev-main-green", "loadBalancers.frontDoor"} {
		assert.Regexp(t, at+`: no shift may be active before a drill, got zonal shift [0-9a-f-]+ away from `+d.zones[0]+
			` until .* \(retail drill of `+d.zones[0]+` in main \w+\): wait until it has ended, or cancel it: aws arc-zonal-shift cancel-zonal-shift`, said)
	}
	assert.Contains(t, said, "nothing was started")

	first.interrupt(t)
	said = first.end(t)
	assert.Equal(t, 130, first.code, said)
	assert.Contains(t, said, "interrupted: ending the shifts")
	assert.Contains(t, said, "every shift is ended")
	assert.Contains(t, said, "the zone serves again")
	assert.Empty(t, d.active(t))
	assert.Equal(t, before, d.picture(t))
}

// alarmed lets an alarm go off while a zone is away, and tries again before it is quiet.
func (d *drilled) alarmed(t *testing.T) {
	before := d.picture(t)
	alarm := d.alarm(t, "main-errors-")
	r := d.drill(t, d.zones[0], "--for", "10m")
	r.says(t, "the zone is out")
	d.world.Sandbox(t, "alarm", "set", alarm, "ALARM", "--reason", "customers notice", "--for", "1h")
	said := r.end(t)
	assert.Equal(t, 3, r.code, said)
	assert.Contains(t, said, "drill of "+d.zones[0]+" in VPC main: alarm "+alarm+" went red after ")
	assert.Contains(t, said, "every shift is ended")
	assert.Empty(t, d.active(t))

	again := d.drill(t, d.zones[0])
	said = again.end(t)
	assert.Equal(t, 2, again.code, said)
	assert.Contains(t, said, "not ready for a drill of "+d.zones[0]+" in VPC main:\n  alarms."+alarm+
		": must be OK before a drill, got ALARM (customers notice): find out what it means for customers, and wait until it is OK\nnothing was started\n")
	d.world.Sandbox(t, "alarm", "set", alarm, "OK")
	assert.Equal(t, before, d.picture(t))
}

// halfStarted lets AWS refuse the last of three shifts, and then lose the answer to one.
func (d *drilled) halfStarted(t *testing.T) {
	before := d.picture(t)
	for name, fault := range map[string][]string{
		"refused":       {"--code", "AccessDeniedException", "--message", "not today"},
		"lost the word": {"--when", "after", "--code", "AccessDeniedException", "--message", "not today"},
	} {
		d.world.Sandbox(t, append([]string{"fault", "add", "arc-zonal-shift:StartZonalShift", "--nth", "3"}, fault...)...)
		r := d.drill(t, d.zones[0], "--for", "10m")
		said := r.end(t)
		assert.Equal(t, 3, r.code, "%s: %s", name, said)
		assert.Regexp(t, `the shift of load balancer main-\w+ did not start: .*not today`, said, name)
		wanted := map[string]int{"refused": 2, "lost the word": 3}[name]
		assert.Equal(t, wanted, strings.Count(said, "  ended\n"), "%s: %s", name, said)
		assert.Empty(t, d.active(t), name)
		d.world.Sandbox(t, "fault", "clear")
	}
	assert.Equal(t, before, d.picture(t))
}

// alarm is the full name of one of the VPC's alarms.
func (d *drilled) alarm(t *testing.T, prefix string) string {
	t.Helper()
	zonal := d.stack.Outputs(t)["zonal"].(map[string]any)["main"].(map[string]any)
	for _, name := range zonal["alarms"].([]any) {
		if strings.HasPrefix(fmt.Sprint(name), prefix) {
			return fmt.Sprint(name)
		}
	}
	require.Fail(t, "no such alarm", "%s in %v", prefix, zonal["alarms"])
	return ""
}
