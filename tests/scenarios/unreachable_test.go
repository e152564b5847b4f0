package scenarios

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"

	"retail/tests/internal/harness"
)

// silent is how much longer a run may take than with a colour that answers: its version and
// its schema are asked for once. With a call for each object of a kind that comes with a
// chart it would be some minutes, at ten seconds and more for each of two dozen.
const silent = 100 * time.Second

// share is an input of an object that both colours have.
const share = environment + "vpcs.main.shop.services.ui.cpuPercent"

// restGoesOn kills green's API server and wants work on the rest not to wait for it.
func (d *takedown) restGoesOn(t *testing.T, how silence) {
	t.Helper()
	limit := d.timed(t, func() { assert.Empty(t, d.dev.Preview(t).Lines()) }) + silent
	d.killServer(t, "green", how)

	// Everything can be previewed: of green nothing has changed, and nothing is asked for.
	assert.Less(t, d.timed(t, func() { assert.Empty(t, d.dev.Preview(t).Lines()) }), limit)

	// What cannot be read is named.
	d.held(t, func() (harness.Plan, error) { return d.dev.TryPreview(optpreview.Refresh()) },
		"main-green", "configured Kubernetes cluster is unreachable", "failed to read resource state")

	// Weights forth and back, as `retail shift` writes and takes them back: the rule alone.
	rule := urn(t, d.dev, "aws:lb/listenerRule:ListenerRule", "main-traffic")
	for _, weights := range []map[string]any{{"blue": 95, "green": 5}, {"blue": 100, "green": 0}} {
		d.dev.Set(t, traffic, weights)
		d.only(t, rule, dividingRule, limit)
	}
	// An object of blue, though the same has changed in green.
	const scaling = "update kubernetes:autoscaling/v2:HorizontalPodAutoscaler main-blue-ui-autoscaler"
	scaler := urn(t, d.dev, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "main-blue-ui-autoscaler")
	d.dev.Set(t, share, 65)
	d.only(t, scaler, scaling, limit)
	d.dev.Unset(t, share)
	d.only(t, scaler, scaling, limit)
}

// only updates one resource, in a time in which no object of green was asked for.
func (d *takedown) only(t *testing.T, target, line string, limit time.Duration) {
	t.Helper()
	took := d.timed(t, func() {
		assert.Equal(t, []string{line}, d.dev.Up(t, optup.Target([]string{target})).Lines())
	})
	assert.Less(t, took, limit, line)
}

// timed says how long something took.
func (d *takedown) timed(t *testing.T, run func()) time.Duration {
	t.Helper()
	started := time.Now()
	run()
	took := time.Since(started)
	t.Logf("took %s", took.Round(time.Second))
	return took
}
