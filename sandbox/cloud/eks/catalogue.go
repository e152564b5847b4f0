package eks

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

// addonsJSON lists the add-ons and their builds for each Kubernetes version.
// Provenance: builds that public configurations and logs of clusters of these
// versions name as offered by DescribeAddonVersions between April and October
// 2026; the default of each is the one that September's answers marked so.
// The list is not complete: a build that is missing here may exist.
//
//go:embed addons.json
var addonsJSON []byte

// offer is what EKS offers of one add-on.
type offer struct {
	Default  map[string]string   `json:"default"`  // by Kubernetes version
	Versions map[string][]string `json:"versions"` // oldest first
}

// catalogue reads the embedded list once; a list that cannot be read offers
// nothing, and the tests read it.
var catalogue = sync.OnceValue(func() map[string]offer {
	offers := map[string]offer{}
	if json.Unmarshal(addonsJSON, &offers) != nil {
		return nil
	}
	return offers
})

// defaultVersion is the build a cluster gets that asks for none; "" when the
// add-on has none for its version.
func defaultVersion(addon, kubernetes string) string { return catalogue()[addon].Default[kubernetes] }

// latestVersion is the newest build for a Kubernetes version.
func latestVersion(addon, kubernetes string) string {
	versions := catalogue()[addon].Versions[kubernetes]
	if len(versions) == 0 {
		return ""
	}
	return versions[len(versions)-1]
}

// checkOffer refuses an add-on or a build that EKS does not have for a
// Kubernetes version (case E5).
func checkOffer(addon, version, kubernetes string) error {
	o, ok := catalogue()[addon]
	if !ok || len(o.Versions[kubernetes]) == 0 {
		return invalid("Addon %s specified is not supported in %s kubernetes version", addon, kubernetes)
	}
	if !slices.Contains(o.Versions[kubernetes], version) {
		return invalid("Addon version specified is not supported")
	}
	return nil
}
