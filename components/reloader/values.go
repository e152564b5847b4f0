package reloader

import (
	"retail/components/internal/spread"
	"retail/internal/mirror"
	"retail/internal/versions"
)

// values are the chart's values that this program sets, under the chart's keys. The chart
// checks few of them: a key that it does not know would be taken without a word, and a
// wrong one around namespaces would give the pods every Secret of the cluster.
type values struct {
	FullnameOverride string   `json:"fullnameOverride"`
	Image            image    `json:"image"`
	Reloader         settings `json:"reloader"`
}

type image struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
}

type settings struct {
	WatchGlobally          bool             `json:"watchGlobally"`
	Namespaces             []string         `json:"namespaces"`
	AutoReloadAll          bool             `json:"autoReloadAll"`
	ReloadStrategy         string           `json:"reloadStrategy"`
	IgnoreConfigMaps       bool             `json:"ignoreConfigMaps"`
	IgnoreJobs             bool             `json:"ignoreJobs"`
	IgnoreCronJobs         bool             `json:"ignoreCronJobs"`
	LogFormat              string           `json:"logFormat"`
	EnableHA               bool             `json:"enableHA"`
	ReadOnlyRootFileSystem bool             `json:"readOnlyRootFileSystem"`
	Deployment             deployment       `json:"deployment"`
	PodDisruptionBudget    disruptionBudget `json:"podDisruptionBudget"`
}

type deployment struct {
	Replicas                  int                 `json:"replicas"`
	Resources                 resources           `json:"resources"`
	SecurityContext           podSecurity         `json:"securityContext"`
	ContainerSecurityContext  containerSecurity   `json:"containerSecurityContext"`
	TopologySpreadConstraints []spread.Constraint `json:"topologySpreadConstraints"`
}

type resources struct {
	Requests amounts `json:"requests"`
	Limits   amounts `json:"limits"`
}

type amounts struct {
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory"`
}

type podSecurity struct {
	RunAsNonRoot   bool    `json:"runAsNonRoot"`
	RunAsUser      int     `json:"runAsUser"`
	SeccompProfile seccomp `json:"seccompProfile"`
}

type seccomp struct {
	Type string `json:"type"`
}

type containerSecurity struct {
	AllowPrivilegeEscalation bool         `json:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool         `json:"readOnlyRootFilesystem"`
	Capabilities             capabilities `json:"capabilities"`
}

type capabilities struct {
	Drop []string `json:"drop"`
}

type disruptionBudget struct {
	Enabled        bool `json:"enabled"`
	MaxUnavailable int  `json:"maxUnavailable"`
}

// appImage is Reloader's image, whose tags are its releases.
const appImage = "ghcr.io/stakater/reloader"

// nobody is the user that the image runs as, the chart's own default.
const nobody = 65534

func newValues(watch string, m mirror.Mirror) values {
	return values{
		FullnameOverride: releaseName,
		Image:            image{m.Image(appImage), versions.ReloaderApp},
		Reloader: settings{
			// A Role in this namespace and one in its own, no ClusterRole.
			WatchGlobally: false, Namespaces: []string{watch},
			// The other strategy adds a variable to the containers' environment, which is this
			// program's; an annotation of the template stands beside its own.
			ReloadStrategy: "annotations",
			// Secrets of Deployments that ask for it, and nothing else.
			IgnoreConfigMaps: true, IgnoreJobs: true, IgnoreCronJobs: true,
			LogFormat: "json",
			// One pod acts, the other takes over within seconds.
			EnableHA: true, ReadOnlyRootFileSystem: true,
			Deployment: deployment{
				Replicas:        replicas,
				Resources:       resources{Requests: amounts{CPU: "10m", Memory: "128Mi"}, Limits: amounts{Memory: "256Mi"}},
				SecurityContext: podSecurity{RunAsNonRoot: true, RunAsUser: nobody, SeccompProfile: seccomp{"RuntimeDefault"}},
				ContainerSecurityContext: containerSecurity{
					ReadOnlyRootFilesystem: true, Capabilities: capabilities{Drop: []string{"ALL"}},
				},
				TopologySpreadConstraints: spread.OverZones(podLabels()),
			},
			PodDisruptionBudget: disruptionBudget{Enabled: true, MaxUnavailable: 1},
		},
	}
}

// podLabels are those by which the chart finds its pods.
func podLabels() map[string]string {
	return map[string]string{"app": releaseName, "release": releaseName}
}
