package mesh

import (
	"retail/components/internal/spread"
	"retail/internal/versions"
)

// istiodValues are those of the control plane.
type istiodValues struct {
	Profile string       `json:"profile"`
	Global  istiodGlobal `json:"global"`

	AutoscaleEnabled bool    `json:"autoscaleEnabled"`
	AutoscaleMin     int     `json:"autoscaleMin"`
	AutoscaleMax     int     `json:"autoscaleMax"`
	CPU              cpuGoal `json:"cpu"`
	PDB              budget  `json:"pdb"`

	Resources                 resources           `json:"resources"`
	SeccompProfile            seccomp             `json:"seccompProfile"`
	TopologySpreadConstraints []spread.Constraint `json:"topologySpreadConstraints"`
	// ExtraContainerArgs closes the port that serves configuration without TLS; proxies
	// use 15012 (Istio, "Security Best Practices", control plane).
	ExtraContainerArgs []string `json:"extraContainerArgs"`

	// CNI says that the agent on the node prepares pods, sidecars' too: injected pods need
	// no privilege and no container that has any.
	CNI        enabled    `json:"cni"`
	Gateways   podProfile `json:"gateways"`
	MeshConfig meshConfig `json:"meshConfig"`
}

type istiodGlobal struct {
	Hub               string     `json:"hub"`
	Tag               string     `json:"tag"`
	Variant           string     `json:"variant"`
	LogAsJSON         bool       `json:"logAsJson"`
	NetworkPolicy     enabled    `json:"networkPolicy"`
	DefaultPDB        enabled    `json:"defaultPodDisruptionBudget"`
	PriorityClassName string     `json:"priorityClassName"`
	Proxy             podProfile `json:"proxy"`
	ConfigValidation  bool       `json:"configValidation"`
}

type cpuGoal struct {
	TargetAverageUtilization int `json:"targetAverageUtilization"`
}

// budget keeps that many pods of istiod through an eviction.
type budget struct {
	MinAvailable int `json:"minAvailable"`
}

type seccomp struct {
	Type string `json:"type"`
}

// podProfile is the seccomp profile of pods that istiod makes or injects: with it they pass
// the restricted Pod Security Standard.
type podProfile struct {
	SeccompProfile seccomp `json:"seccompProfile"`
}

// meshConfig are the mesh's own settings (Istio, "Global Mesh Options").
type meshConfig struct {
	TrustDomain string `json:"trustDomain"`
	// AccessLogFile is empty: which requests are logged is said by objects of kind
	// Telemetry, whose choice a file named here would override.
	AccessLogFile         string     `json:"accessLogFile"`
	OutboundTrafficPolicy outbound   `json:"outboundTrafficPolicy"`
	EnablePrometheusMerge bool       `json:"enablePrometheusMerge"`
	ExtensionProviders    []Provider `json:"extensionProviders,omitempty"`
	// IngressControllerMode is OFF: Ingresses are the load balancer controllers'.
	IngressControllerMode string `json:"ingressControllerMode"`
}

// outbound says where proxies let their workloads go. REGISTRY_ONLY: to what the cluster or a
// ServiceEntry knows. It binds sidecars and gateways; ztunnel passes on what it does not
// know, so that for ambient pods the network policies draw this line (Istio, "Ambient mode
// egress").
type outbound struct {
	Mode string `json:"mode"`
}

func newIstiodValues(args Args) istiodValues {
	runtimeDefault := podProfile{seccomp{"RuntimeDefault"}}
	return istiodValues{
		Profile: ambient,
		Global: istiodGlobal{
			Hub: args.Mirror.Image(versions.IstioHub), Tag: args.Version, Variant: distroless, LogAsJSON: true,
			NetworkPolicy: enabled{true}, DefaultPDB: enabled{true},
			PriorityClassName: "system-cluster-critical", Proxy: runtimeDefault,
			ConfigValidation: true,
		},
		// A push to all proxies comes in bursts, and every node is a client: istiod grows with
		// its load, never below what a zone's loss leaves one of.
		AutoscaleEnabled: true, AutoscaleMin: args.Replicas, AutoscaleMax: args.MaxReplicas,
		CPU: cpuGoal{80}, PDB: budget{args.Replicas - 1},
		Resources:      resources{Requests: amounts{CPU: "200m", Memory: "512Mi"}, Limits: amounts{Memory: "2Gi"}},
		SeccompProfile: runtimeDefault.SeccompProfile, TopologySpreadConstraints: spreadIstiod(),
		ExtraContainerArgs: []string{"--grpcAddr="},
		CNI:                enabled{true}, Gateways: runtimeDefault,
		MeshConfig: meshConfig{
			TrustDomain: args.TrustDomain, OutboundTrafficPolicy: outbound{"REGISTRY_ONLY"}, EnablePrometheusMerge: true,
			ExtensionProviders: args.Providers, IngressControllerMode: "OFF",
		},
	}
}
