package store

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// timeoutSeconds is how long a request to a service may take, retries included. ui waits for
// up to three of the others one after the other, and checkout for orders; the front door
// gives up after 60.
var timeoutSeconds = map[string]int{ui: 30, catalog: 5, carts: 5, checkout: 15, orders: 10}

func timeouts(name string) *objects.RouteTimeouts {
	return &objects.RouteTimeouts{Request: seconds(timeoutSeconds[name])}
}

func seconds(number int) string { return strconv.Itoa(number) + "s" }

// routes says how the waypoint treats requests to one service; nothing at level l4.
//
// A request has a limit in time. A pod that answers five requests in a row with an error is
// left out for half a minute, and longer each time, but never more than half of the pods.
// What did not reach a pod, a connection that failed or a stream that was refused, is tried
// twice more on another pod: Istio does so by default, and for every method, as nothing was
// begun. The standard channel of the Gateway API has no field for more than that.
//
// The waypoint takes the first route that matches of all that name a service, whatever their
// kind (Istio's listener_waypoint.go), so that a fault's VirtualService stands in the place
// of the HTTPRoute, with the same timeout, and not beside it.
func (b *builder) routes(s service) ([]pulumi.Resource, error) {
	if !b.mesh().readsRequests() {
		return nil, nil
	}
	treatment, err := b.meshed(names.Child(s.name, "treatment"), objects.Metadata{Name: s.name}, objects.DestinationRule{
		Host: host(s.name),
		Policy: objects.TrafficPolicy{Outliers: objects.OutlierDetection{
			Consecutive5xx: 5, Interval: "10s", BaseEjectionTime: "30s", MaxEjectionPercent: 50,
		}},
	})
	if err != nil {
		return nil, err
	}
	var route pulumi.Resource
	if fault, set := b.mesh().Faults[s.name]; set {
		route, err = b.fault(s, fault)
	} else {
		route, err = b.meshed(names.Child(s.name, "route"), objects.Metadata{Name: s.name}, objects.HTTPRoute{
			Parents: []objects.RouteParent{{Kind: "Service", Name: s.name, Port: Port}},
			Rules:   []objects.HTTPRouteRule{{Backends: []objects.HTTPBackend{{Name: s.name, Port: Port}}, Timeouts: timeouts(s.name)}},
		})
	}
	return []pulumi.Resource{treatment, route}, err
}

// fault is a service's route with a failure made on purpose. Who set it, what for and until
// when is written on it, for whoever finds it in the cluster.
func (b *builder) fault(s service, fault Fault) (pulumi.Resource, error) {
	rule := objects.VirtualHTTP{
		Timeout: seconds(timeoutSeconds[s.name]),
		Routes:  []objects.VirtualRoute{{Destination: objects.VirtualDestination{Host: host(s.name), Port: objects.VirtualPort{Number: Port}}}},
	}
	if fault.AbortPercent > 0 {
		rule.Fault.Abort = &objects.FaultAbort{Status: fault.AbortStatus, Percentage: objects.Percent{Value: fault.AbortPercent}}
	}
	if fault.DelayPercent > 0 {
		rule.Fault.Delay = &objects.FaultDelay{Fixed: fmt.Sprintf("%dms", fault.DelayMillis), Percentage: objects.Percent{Value: fault.DelayPercent}}
	}
	return b.meshed(names.Child(s.name, "fault"), objects.Metadata{Name: names.Child(s.name, "fault"), Annotations: map[string]string{
		"retail/fault-until": fault.Until.UTC().Format(time.RFC3339), "retail/fault-set-by": fault.SetBy, "retail/fault-reason": fault.Reason,
	}}, objects.VirtualService{Hosts: []string{host(s.name)}, HTTP: []objects.VirtualHTTP{rule}, ExportTo: []string{"."}})
}
