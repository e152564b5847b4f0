package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// Mesh is how the shop uses the cluster's service mesh, Istio in ambient mode. A shop without
// one has none.
type Mesh struct {
	// ReadRequests adds a waypoint before the services, which sees requests and not only
	// connections: level l7. Without, level l4.
	ReadRequests bool
	// TrustDomain begins every identity of the mesh. Required.
	TrustDomain string
	// Version is the mesh's release of Istio. Required.
	Version string
	// Ready is what the shop's part of the mesh waits for. Required.
	Ready []pulumi.Resource
	// Faults are failures made on purpose, by service. Only with ReadRequests. Default none.
	Faults map[string]Fault
}

// Fault is a failure made on purpose in requests to a service, by the waypoint. It ends with
// the first update after Until, by whoever calls this package: not by itself.
type Fault struct {
	// AbortPercent of requests are answered with AbortStatus, an HTTP status of 400 to 599,
	// and do not reach the service. 0 for none.
	AbortPercent, AbortStatus int
	// DelayPercent of requests wait for DelayMillis. 0 for none.
	DelayPercent, DelayMillis int
	// Until is when it ends. Required.
	Until time.Time
	// SetBy is who wants it, Reason what for. Required.
	SetBy, Reason string
}

// Labels by which namespaces, pods and Services take part (Istio reference, "Resource
// Labels").
const (
	dataplaneLabel  = "istio.io/dataplane-mode"
	injectLabel     = "sidecar.istio.io/inject"
	useWaypoint     = "istio.io/use-waypoint"
	ingressWaypoint = "istio.io/ingress-use-waypoint"
	waypointFor     = "istio.io/waypoint-for"
	ambient         = "ambient"
	yes             = "true"
)

// Ports of the mesh (Istio, "Ports used by Istio").
const (
	// hbonePort takes the mesh's mutual TLS, whatever port it is meant for.
	hbonePort = 15008
	// istiodPort is where proxies get their configuration and certificates.
	istiodPort = 15012
)

// on says whether the shop is in a mesh; readsRequests whether at level l7. Both take nil.
func (m *Mesh) on() bool            { return m != nil }
func (m *Mesh) readsRequests() bool { return m != nil && m.ReadRequests }

// ready is what the shop's part of the mesh waits for; nothing without one.
func (m *Mesh) ready() []pulumi.Resource {
	if m == nil {
		return nil
	}
	return m.Ready
}

// principal is a service's identity as policies name it.
func (m *Mesh) principal(account string) string {
	return m.TrustDomain + "/ns/" + Namespace + "/sa/" + account
}

// inSidecar says whether a service's pods have a proxy of their own. Catalog has one, for
// the talk's reason: it speaks MySQL. With it, what its pods may reach is refused by name,
// as ztunnel cannot. A pod with a sidecar is left alone by ztunnel (Istio, "Sidecar
// interoperability"), so that no pod has both.
func (s service) inSidecar() bool { return s.name == catalog }

// proxyRelease, on pods that have a proxy put in, is the release of Istio that it is of. The
// proxy is that of the day on which its pod was made: an upgrade reaches it only with a new pod
// (Istio, "Upgrade with Helm", for sidecars and for gateways that istiod does not deploy). A
// waypoint's istiod makes anew by itself.
const proxyRelease = "retail/proxy-release"

// host is a service's name as Istio's own kinds want it: in full.
func host(name string) string { return name + "." + Namespace + ".svc.cluster.local" }

func (m *Mesh) validate(problems *problem.List) {
	if m == nil {
		return
	}
	for path, given := range map[string]bool{"mesh.trustDomain": m.TrustDomain != "", "mesh.version": m.Version != "", "mesh.ready": len(m.Ready) > 0} {
		if !given {
			problems.Add(path, "is required with a mesh", nil, "take it from the mesh")
		}
	}
	if len(m.Faults) > 0 && !m.ReadRequests {
		problems.Add("mesh.faults", "need a waypoint, which level l4 does not have", tags.Sorted(m.Faults), "raise the mesh to l7, or remove them")
	}
	for _, name := range tags.Sorted(m.Faults) {
		m.Faults[name].validate(problems, problem.Path("mesh.faults", name), name)
	}
}

func (f Fault) validate(problems *problem.List, path, name string) {
	if !slices.Contains(Names(), name) {
		problems.Add(path, fmt.Sprintf("must be one of the services %v", Names()), nil, "correct the name")
	}
	if f.AbortPercent < 0 || f.AbortPercent > 100 || f.DelayPercent < 0 || f.DelayPercent > 100 {
		problems.Add(path, "percentages must be 0 to 100", fmt.Sprintf("%d and %d", f.AbortPercent, f.DelayPercent), "correct them")
	}
	if f.AbortPercent == 0 && f.DelayPercent == 0 {
		problems.Add(path, "must abort or delay some requests", nil, "set a percentage, or remove the fault")
	}
	if f.AbortPercent > 0 && (f.AbortStatus < 400 || f.AbortStatus > 599) {
		problems.Add(path+".abortStatus", "must be an HTTP status of a failure, 400 to 599", f.AbortStatus, "correct it")
	}
	if f.DelayPercent > 0 && f.DelayMillis < 1 {
		problems.Add(path+".delayMillis", "must be at least 1", f.DelayMillis, "say how long requests wait")
	}
	if f.Until.IsZero() || f.SetBy == "" || f.Reason == "" {
		problems.Add(path, "must say until when, who set it and why", nil, "give until, setBy and reason")
	}
}

// meshed makes one object of the mesh in the shop's namespace. Each waits for the mesh
// itself too, and so goes before it (case I12).
func (b *builder) meshed(role string, meta objects.Metadata, spec objects.Spec, needs ...pulumi.Resource) (pulumi.Resource, error) {
	meta.Namespace = Namespace
	return objects.New(b.ctx, names.Child(b.name, role), meta, spec, after(b.inside, slices.Concat(b.mesh().ready(), needs)...)...)
}

func (b *builder) mesh() *Mesh { return b.args.Entry.Mesh }
