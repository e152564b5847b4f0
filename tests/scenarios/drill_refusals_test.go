package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// couponService is what a developer adds to the shop by hand: its two pods are in one
// zone.
const couponService = `
apiVersion: v1
kind: Service
metadata: {name: coupons, namespace: store}
spec: {selector: {app: coupons}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: coupons, namespace: store}
spec:
  replicas: 2
  selector: {matchLabels: {app: coupons}}
  template:
    metadata: {labels: {app: coupons}}
    spec:
      nodeSelector: {topology.k8s.aws/zone-id: euw1-az2}
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: coupons
          image: registry.example.com/coupons:1.0.0
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
          resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 32Mi}}
`

// refused takes away what a drill needs, one thing after the other. Of three zones, each
// service must keep what two of them carry.
func (d *drilled) refused(t *testing.T) {
	t.Run("a service sits in one zone", d.inOneZone)
	t.Run("replicas are cut", d.cut)
	assert.Empty(t, d.active(t), "nothing was started")
}

func (d *drilled) inOneZone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "coupons.yaml")
	require.NoError(t, os.WriteFile(file, []byte(couponService), 0o600))
	d.kubectl(t, "blue", "apply", "-f", file)
	d.kubectl(t, "blue", "-n", "store", "rollout", "status", "deployment", "coupons", "--timeout=120s")
	where := "  clusters.retail-dev-main-blue.store.coupons: "
	const remedy = ", got all in euw1-az2: spread its pods over zones (topologySpreadConstraints) and restart it\n"
	d.refuses(t, "euw1-az1", where+"must be in more than one zone"+remedy)
	d.refuses(t, "euw1-az2", where+"must be in more than the zone that goes"+remedy,
		where+"without euw1-az2 must keep 1 ready endpoints (one), got 0 of 2: raise min of the service, or wait until its pods are ready in the other zones\n")
	d.kubectl(t, "blue", "delete", "-f", file)
}

func (d *drilled) cut(t *testing.T) {
	for colour, replicas := range map[string]string{"blue": "2", "green": "1"} {
		// Fewer at most, too: an autoscaler goes back to what it has asked for lately.
		d.kubectl(t, colour, "-n", "store", "patch", "hpa", "carts", "--type", "merge", "--patch",
			`{"spec": {"minReplicas": `+replicas+`, "maxReplicas": `+replicas+`}}`)
	}
	require.Eventually(t, func() bool { return len(d.cartsIn(t, "blue")) == 2 && len(d.cartsIn(t, "green")) == 1 }, time.Minute, time.Second)
	zones := d.cartsIn(t, "blue")
	require.NotEqual(t, zones[0], zones[1], "spread over zones")
	const keeps = " must keep 2 ready endpoints (peak), got "
	const remedy = ": raise min of the service, or wait until its pods are ready in the other zones\n"
	said := d.refuses(t, zones[0],
		"  clusters.retail-dev-main-blue.store.carts: without "+zones[0]+keeps+"1 of 2"+remedy,
		"  clusters.retail-dev-main-green.store.carts: without "+zones[0]+keeps)
	assert.Regexp(t, `retail-dev-main-blue +store/carts .* 2 +1 +2 +peak +2–\d+ +NOT ENOUGH`, said, "the table says it too")
	assert.Regexp(t, `retail-dev-main-blue +store/ui .* ok`, said, "and what is enough")
}

// refuses wants a drill refused for just these reasons, and nothing started.
func (d *drilled) refuses(t *testing.T, zone string, reasons ...string) string {
	t.Helper()
	d.judged(t, zone, 2) // controllers have to learn of the change first
	r := d.drill(t, zone, "--for", "10m")
	said := r.end(t)
	assert.Equal(t, 2, r.code, said)
	for _, reason := range append(reasons, "not ready for a drill of "+zone+" in VPC main:\n", "nothing was started\n") {
		assert.Contains(t, said, reason)
	}
	return said
}

// cartsIn are the zones of the pods of carts, one for each pod.
func (d *drilled) cartsIn(t *testing.T, colour string) []string {
	t.Helper()
	var zones []string
	for pod, zone := range d.podZones(t) {
		if strings.HasPrefix(pod, "retail-dev-main-"+colour+" store/carts-") {
			zones = append(zones, zone)
		}
	}
	return zones
}
