// Package drain knows how long a pod that leaves must live on, so that no request is lost
// (case L7). The front door, the shop and the configuration's rules share this arithmetic.
package drain

// All times are in seconds.
const (
	// ControllerSeconds is how long a load balancer may go on sending new requests to a pod
	// that leaves: the AWS Load Balancer Controller has to see it and deregister it.
	ControllerSeconds = 15
	// AutoModeSeconds is the same for EKS Auto Mode, whose controller runs outside the
	// cluster and holds no readiness gates: a new pod may count before it is healthy, so
	// that the old one stays longer.
	AutoModeSeconds = 30
	// ServiceSeconds is how long kube-proxy on other nodes may go on sending requests to a
	// pod that leaves.
	ServiceSeconds = 10
	// AppSeconds is how long an application may take to finish requests once it is told to
	// stop: Spring Boot's own limit (spring.lifecycle.timeout-per-shutdown-phase).
	AppSeconds = 30
	// MarginSeconds is what is left between the last of these and the kill.
	MarginSeconds = 5
	// LongestGraceSeconds is the longest that a pod may take. A managed node group gives up
	// an update when a node is not empty after 15 minutes (Amazon EKS User Guide, "Managed
	// node update behavior"), and pods leave a node one after the other.
	LongestGraceSeconds = 300
)

// Times are what a pod's description says.
type Times struct {
	// PreStopSeconds is how long the pod goes on serving before it is told to stop.
	PreStopSeconds int
	// GraceSeconds is when it is killed, counted from the same moment: the sum of the wait,
	// the application's own time and the margin.
	GraceSeconds int
}

// Behind returns the times of pods that a load balancer sends requests to.
// deregistrationSeconds is the target group's deregistration delay: how long the load
// balancer lets requests that have begun go on. The pod serves until that has passed.
func Behind(deregistrationSeconds int, autoMode bool) Times {
	controller := ControllerSeconds
	if autoMode {
		controller = AutoModeSeconds
	}
	return after(controller + deregistrationSeconds)
}

// Times of pods that VPC Lattice sends requests to, as its controller's project recommends
// (AWS Gateway API Controller, "Frequently Asked Questions", 503 errors): until then the news
// that a pod leaves may not have reached all of it.
const (
	latticePreStopSeconds = 60
	latticeGraceSeconds   = 150
)

// BehindLattice are the times of pods that VPC Lattice sends requests to as well.
func (t Times) BehindLattice() Times {
	longer := after(max(t.PreStopSeconds, latticePreStopSeconds))
	return Times{longer.PreStopSeconds, max(longer.GraceSeconds, latticeGraceSeconds)}
}

// Inside returns the times of pods that are reached through a Service only.
func Inside() Times { return after(ServiceSeconds) }

// LongestDeregistrationSeconds is the longest deregistration delay with which a pod still
// leaves in time.
func LongestDeregistrationSeconds(autoMode bool) int {
	return LongestGraceSeconds - Behind(0, autoMode).GraceSeconds
}

func after(wait int) Times { return Times{wait, wait + AppSeconds + MarginSeconds} }
