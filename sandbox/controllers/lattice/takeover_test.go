package lattice_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud/vpclattice"
)

// TestOwnershipMoves has a service go from one cluster's route to another's, without a gap,
// and the old owner's go without a trace (V1).
func TestOwnershipMoves(t *testing.T) {
	w := newWorld(t)
	w.associate()
	w.open()
	blue, green := w.raise("blue", "10.0.9.0/28"), w.raise("green", "10.0.9.16/28")
	for _, c := range []*cluster{blue, green} {
		c.install(w, "")
		c.app("ui", "")
		c.gateway()
		c.export("ui")
		c.imports("ui-blue", "ui", "blue")
		c.imports("ui-green", "ui", "green")
	}
	blue.eventually(func(t *assert.CollectT) {
		assert.Equal(t, map[string]int{"UNUSED": 2}, w.health("blue", "SERVICE_EXPORT"))
		assert.Equal(t, map[string]int{"UNUSED": 2}, w.health("green", "SERVICE_EXPORT"))
	}, "both colours export the same name")
	blue.route("shop", "", "ServiceImport/ui-blue=90", "ServiceImport/ui-green=10")
	blue.eventually(func(t *assert.CollectT) {
		assert.Equal(t, map[string]int{"blue SERVICE_EXPORT": 90, "green SERVICE_EXPORT": 10}, w.weights(), "each import finds its own cluster's")
		assert.Equal(t, map[string]int{"HEALTHY": 2}, w.health("green", "SERVICE_EXPORT"), "of a group of another cluster too")
	})
	from := takesOver(w, blue, green)
	goInOrder(w, blue, green, from)
}

// takesOver lets green, once refused, take blue's route over; it returns the annotation that
// allows it.
func takesOver(w *world, blue, green *cluster) (from string) {
	t, service := w.t, w.service().ID
	green.route("shop", "", "ServiceImport/ui-blue=50", "ServiceImport/ui-green=50")
	green.eventually(func(t *assert.CollectT) {
		accepted := green.condition(resource("httproutes"), "store", "shop", "Accepted")
		assert.Equal(t, "Conflicted", accepted["reason"])
		assert.Contains(t, green.events(), "HTTPRoute shop FailedDeployModel Failed deploy model due to service store/shop had a conflict: Found existing resource not owned by controller")
	}, "two owners (V1)")
	green.merge(resource("httproutes"), "shop", `{"metadata":{"labels":{"seen":"again"}}}`)
	require.Never(t, func() bool {
		accepted := green.condition(resource("httproutes"), "store", "shop", "Accepted")
		return len(accepted) > 0 && accepted["reason"] != "Conflicted" // none: the API server did not answer
	}, 2*time.Second, 50*time.Millisecond, "looking at the route again, though nothing of it has changed, does not make it accepted")
	assert.Equal(t, map[string]int{"blue SERVICE_EXPORT": 90, "green SERVICE_EXPORT": 10}, w.weights(), "the second owner changes nothing")

	from = fmt.Sprintf(`"application-networking.k8s.aws/allow-takeover-from":%q`, owner(w, "blue"))
	green.route("shop", from, "ServiceImport/ui-blue=50", "ServiceImport/ui-green=50")
	green.eventually(func(t *assert.CollectT) {
		assert.Equal(t, map[string]int{"blue SERVICE_EXPORT": 50, "green SERVICE_EXPORT": 50}, w.weights())
		for _, token := range []string{vpclattice.Service, vpclattice.ServiceAssociation, vpclattice.Listener, vpclattice.ListenerRule} {
			for _, r := range w.h.Records(token) {
				assert.Equal(t, owner(w, "green"), vpclattice.TagsOf(r)[tag+"ManagedBy"], r.ID)
			}
		}
	}, "taken over")
	assert.Equal(t, service, w.service().ID, "the same service, without a gap")

	blue.remove(resource("httproutes"), "shop")
	blue.gone(resource("httproutes"), "shop")
	require.NotNil(t, w.service(), "the old owner deletes nothing that is no longer its own")
	assert.Len(t, w.h.Records(vpclattice.ListenerRule), 1)
	return from
}

// goInOrder takes an export away before its backend, and the rest after it.
func goInOrder(w *world, blue, green *cluster, from string) {
	t := w.t
	blue.remove(own("serviceexports"), "ui")
	blue.eventually(func(t *assert.CollectT) {
		assert.Contains(t, blue.events(), "ServiceExport ui FailedDeployModel")
		assert.Empty(t, w.health("blue", "SERVICE_EXPORT"), "its targets are out already, while the rule still sends it half (V7)")
	}, "an export goes before its backend")
	assert.NotNil(t, blue.get(own("serviceexports"), "store", "ui"))
	green.route("shop", from, "ServiceImport/ui-green=100")
	blue.gone(own("serviceexports"), "ui")

	green.remove(resource("httproutes"), "shop")
	green.gone(resource("httproutes"), "shop")
	green.remove(own("serviceexports"), "ui")
	green.gone(own("serviceexports"), "ui")
	assert.Zero(t, w.left())
}
