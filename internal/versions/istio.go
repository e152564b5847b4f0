package versions

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"retail/internal/problem"
)

// DefaultIstio is the release that a cluster gets which names none.
//
// 1.30 is built on Gateway API 1.5 as the load balancer controllers of this table are (see
// [LoadBalancerController]); 1.30.4 was its newest release when the table was made.
const DefaultIstio = "1.30.4"

// istioReleases are the releases that this program installs, the oldest first. With which
// Kubernetes a release was tested is from Istio, "Supported Releases". Of Istio's own checks
// only the oldest is known, 1.32 for both minors (istioctl/pkg/install/k8sversion).
//
// 1.31 is built on Gateway API 1.6. It takes the definitions of 1.5.1: those that it asks a
// newer bundle of, tcproutes, are not in their standard channel, and it leaves out what it
// does not find (pkg/config/schema/gatewayapi, minimumversions.go; pkg/kube/kclient,
// crdwatcher.go). Its newest Kubernetes is [inferred] from the libraries it is built with.
var istioReleases = []IstioRelease{
	{Version: "1.30.4", OldestKubernetes: Minor{1, 32}, NewestKubernetes: Minor{1, 36}},
	{Version: "1.31.0", OldestKubernetes: Minor{1, 32}, NewestKubernetes: Minor{1, 36}},
}

// IstioRelease is one release of Istio. All its parts have its version.
type IstioRelease struct {
	// Version is the release, such as 1.30.4.
	Version string
	// OldestKubernetes and NewestKubernetes are the minor versions it serves, both included.
	OldestKubernetes, NewestKubernetes Minor
}

// Names of the charts of a release, in the order in which they are installed and upgraded
// (Istio, "Install with Helm" and "Upgrade with Helm" of ambient mode).
const (
	IstioBase    = "base"
	Istiod       = "istiod"
	IstioCNI     = "cni"
	IstioZtunnel = "ztunnel"
)

// istioCharts is where the charts are published (Istio, "Install with Helm").
const istioCharts = "https://istio-release.storage.googleapis.com/charts"

// IstioHub is where the images are published, from 1.30 on; the older gcr.io/istio-release
// ends in 2026 (Istio blog, "An Update on Our Container Registry Migration").
const IstioHub = "registry.istio.io/release"

// Chart returns one of the release's charts.
func (r IstioRelease) Chart(name string) Chart {
	return Chart{Name: name, Version: r.Version, Home: istioCharts, OldestKubernetes: r.OldestKubernetes}
}

// Serves says whether the release serves clusters of this Kubernetes version.
func (r IstioRelease) Serves(kubernetes Minor) bool {
	return kubernetes.Compare(r.OldestKubernetes) >= 0 && kubernetes.Compare(r.NewestKubernetes) <= 0
}

// IstioVersions returns the releases' versions, the oldest first.
func IstioVersions() []string {
	var all []string
	for _, release := range istioReleases {
		all = append(all, release.Version)
	}
	return all
}

// Istio returns a release of the table. Any other version is an error: nobody looked at its
// charts' values and definitions.
func Istio(version string) (IstioRelease, error) {
	for _, release := range istioReleases {
		if release.Version == version {
			return release, nil
		}
	}
	return IstioRelease{}, &problem.Problem{
		Rule: "must be one of the known Istio releases " + strings.Join(IstioVersions(), ", "), Got: strconv.Quote(version),
		Remedy: "choose one of them, or add the release to the table in internal/versions",
	}
}

// istioForm wants a whole release, in quotes: 1.30 alone would name no chart.
var istioForm = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// ReadIstio returns the minor version of a release, which may have left the table.
func ReadIstio(version string) (Minor, error) {
	groups := istioForm.FindStringSubmatch(version)
	if groups == nil {
		return Minor{}, &problem.Problem{
			Rule: "must be an Istio release in quotes", Got: strconv.Quote(version), Remedy: `write it as "` + DefaultIstio + `"`,
		}
	}
	var m Minor
	_, err := fmt.Sscanf(version, "%d.%d.", &m.Major, &m.Minor)
	return m, err
}

// CheckIstioStep refuses what Istio does not support for a standing mesh: going back by a
// minor version and skipping one (Istio, "Supported Releases", control plane and data plane
// skew; "Upgrade with Helm"). Releases of one minor may be changed either way: the way back
// from a bad patch.
func CheckIstioStep(current, wanted string) error {
	from, err := ReadIstio(current)
	if err != nil {
		return err
	}
	to, err := ReadIstio(wanted)
	if err != nil {
		return err
	}
	switch {
	case to.Compare(from) < 0:
		return &problem.Problem{
			Rule: "a mesh does not go back to an older minor version, it runs " + current, Got: wanted,
			Remedy: "raise the other colour with " + wanted,
		}
	case to.Compare(from.Next()) > 0:
		return &problem.Problem{
			Rule: "a mesh moves one minor version at a time, it runs " + current, Got: wanted,
			Remedy: "go to a release of " + from.Next().String() + " first, or raise the other colour with " + wanted,
		}
	}
	return nil
}
