package mesh

import (
	"retail/components/internal/spread"
	"retail/internal/versions"
)

// The values below are those of Istio's charts that this program sets, under the charts'
// keys (manifests/charts of Istio's repository, each chart's values.yaml). None of the charts
// has a schema: a key that it does not know would be taken without a word, so that there is
// none here that its values.yaml does not have.

// ambient is the profile of the charts that have a part in ambient mode: HBONE, which ambient
// workloads speak, and the controllers and node agent for it. The definitions and ztunnel need
// none.
const ambient = "ambient"

// distroless images hold no shell and no package manager.
const distroless = "distroless"

// baseValues are those of the definitions. CRDs are templates of this chart and not in its
// crds folder, which Helm would never upgrade: they follow the version (enableCRDTemplates,
// on by default). The chart marks them to be kept when it is uninstalled.
//
// The webhook's failurePolicy is not set: it begins with Ignore, and istiod makes it Fail
// when it can answer, so that neither an installation nor an upgrade shuts itself out (I12).
type baseValues struct {
	DefaultRevision string      `json:"defaultRevision"`
	Base            definitions `json:"base"`
}

type definitions struct {
	EnableCRDTemplates bool `json:"enableCRDTemplates"`
}

func newBaseValues() baseValues {
	return baseValues{DefaultRevision: "default", Base: definitions{EnableCRDTemplates: true}}
}

// cniValues are those of the node agent. Its plugin is chained behind the VPC CNI's, managed
// or Auto Mode's, in the folders that EKS's nodes use, which are the chart's own default
// (Istio, "Platform-Specific Prerequisites", has nothing to set for EKS; AWS's post "Better
// Together: Amazon EKS Auto Mode and Istio Ambient Mesh" walks through Auto Mode).
type cniValues struct {
	Profile       string         `json:"profile"`
	Global        cniGlobal      `json:"global"`
	CNIBinDir     string         `json:"cniBinDir"`
	CNIConfDir    string         `json:"cniConfDir"`
	Chained       bool           `json:"chained"`
	Ambient       cniAmbient     `json:"ambient"`
	Resources     resources      `json:"resources"`
	SELinux       seLinuxOptions `json:"seLinuxOptions"`
	ExcludeSpaces []string       `json:"excludeNamespaces"`
}

type cniGlobal struct {
	Hub           string  `json:"hub"`
	Tag           string  `json:"tag"`
	Variant       string  `json:"variant"`
	LogAsJSON     bool    `json:"logAsJson"`
	NetworkPolicy enabled `json:"networkPolicy"`
}

type cniAmbient struct {
	// DNSCapture sends DNS of ambient pods through ztunnel, which knows the mesh's own
	// entries: hosts outside that ServiceEntries name.
	DNSCapture bool `json:"dnsCapture"`
	// Reconcile mends the rules in pods that stood before an upgrade of the agent.
	Reconcile bool `json:"reconcileIptablesOnStartup"`
}

type seLinuxOptions struct {
	Type string `json:"type"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type resources struct {
	Requests amounts `json:"requests"`
	Limits   amounts `json:"limits"`
}

// amounts have no CPU in limits: what is throttled here delays every request.
type amounts struct {
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory"`
}

// acrossContainers is the SELinux type of the agent, which enters the network namespaces of
// other pods by their processes. Bottlerocket, the system of Auto Mode's nodes too, enforces
// SELinux and lets only its privileged types do that; it has this name as an alias of one
// (bottlerocket-core-kit, packages/selinux-policy: subject.cil, rules.cil, mcs.cil). ztunnel is
// handed what it needs through a socket, and stays an ordinary container. AL2023's containers
// have no SELinux type [inferred: EKS does not switch it on in containerd].
const acrossContainers = "spc_t"

func newCNIValues(args Args) cniValues {
	return cniValues{
		Profile: ambient,
		Global: cniGlobal{
			Hub: args.Mirror.Image(versions.IstioHub), Tag: args.Version, Variant: distroless, LogAsJSON: true,
			NetworkPolicy: enabled{true},
		},
		CNIBinDir: "/opt/cni/bin", CNIConfDir: "/etc/cni/net.d", Chained: true,
		Ambient:   cniAmbient{DNSCapture: true, Reconcile: true},
		Resources: resources{Requests: amounts{CPU: "100m", Memory: "100Mi"}, Limits: amounts{Memory: "300Mi"}},
		SELinux:   seLinuxOptions{acrossContainers},
		// kube-system holds the node's own networking; istiod's namespace what this depends on.
		ExcludeSpaces: []string{"kube-system", Namespace},
	}
}

// ztunnelValues are those of the proxy on every node.
type ztunnelValues struct {
	Hub            string        `json:"hub"`
	Tag            string        `json:"tag"`
	Variant        string        `json:"variant"`
	Global         ztunnelGlobal `json:"global"`
	Resources      resources     `json:"resources"`
	LogAsJSON      bool          `json:"logAsJson"`
	IstioNamespace string        `json:"istioNamespace"`
	// TerminationGracePeriod is how long connections of a ztunnel that is replaced may
	// last, in seconds: meanwhile the next one takes the new ones.
	TerminationGracePeriod int           `json:"terminationGracePeriodSeconds"`
	UpdateStrategy         updateRolling `json:"updateStrategy"`
}

type ztunnelGlobal struct {
	NetworkPolicy enabled `json:"networkPolicy"`
}

// updateRolling starts a node's next ztunnel before the last one stops.
type updateRolling struct {
	Type    string  `json:"type"`
	Rolling rolling `json:"rollingUpdate"`
}

type rolling struct {
	MaxSurge       int `json:"maxSurge"`
	MaxUnavailable int `json:"maxUnavailable"`
}

// ztunnelGrace is as long as an idle connection lasts between the load balancer and a target
// (Application Load Balancers, "Connection idle timeout"): twice what the chart gives.
const ztunnelGrace = 60

func newZtunnelValues(args Args) ztunnelValues {
	return ztunnelValues{
		Hub: args.Mirror.Image(versions.IstioHub), Tag: args.Version, Variant: distroless,
		Global:    ztunnelGlobal{NetworkPolicy: enabled{true}},
		Resources: resources{Requests: amounts{CPU: "100m", Memory: "256Mi"}, Limits: amounts{Memory: "1Gi"}},
		LogAsJSON: true, IstioNamespace: Namespace, TerminationGracePeriod: ztunnelGrace,
		UpdateStrategy: updateRolling{Type: "RollingUpdate", Rolling: rolling{MaxSurge: 1}},
	}
}

// spreadIstiod spreads istiod's pods, found by a label that the chart gives them.
func spreadIstiod() []spread.Constraint {
	return spread.OverZones(map[string]string{"app": "istiod"})
}
