package addons

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/versions"
)

// configure returns an add-on's configuration as JSON: the typed one with the override
// merged over it. The same values always give the same text, since map keys are sorted;
// no configuration at all gives "".
func configure(typed any, override map[string]any) (string, error) {
	merged := map[string]any{}
	if typed != nil {
		text, err := json.Marshal(typed)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(text, &merged); err != nil {
			return "", err
		}
	}
	merged = merge(merged, override)
	if len(merged) == 0 {
		return "", nil
	}
	text, err := json.Marshal(merged)
	return string(text), err
}

// merge returns base with over laid over it, object by object; lists are replaced.
func merge(base, over map[string]any) map[string]any {
	merged := maps.Clone(base)
	for key, value := range over {
		below, isObject := merged[key].(map[string]any)
		above, wantsObject := value.(map[string]any)
		if isObject && wantsObject {
			merged[key] = merge(below, above)
			continue
		}
		merged[key] = value
	}
	return merged
}

// known are the add-ons this package declares.
var known = []string{
	versions.VpcCni, versions.KubeProxy, versions.PodIdentityAgent,
	versions.CoreDNS, versions.MetricsServer, versions.NodeMonitoring, versions.EbsCsiDriver,
	versions.SecretsStore, versions.CloudWatch,
}

// addonVersion is the form of every version EKS offers.
var addonVersion = regexp.MustCompile(`^v\d+\.\d+\.\d+-eksbuild\.\d+$`)

func checkOverrides(problems *problem.List, overrides map[string]Override) {
	for _, name := range tags.Sorted(overrides) {
		path := "overrides." + name
		if !slices.Contains(known, name) {
			problems.Add(path, fmt.Sprintf("must be one of the add-ons %v", known), fmt.Sprintf("%q", name), "correct the name")
		}
		if version := overrides[name].Version; version != "" && !addonVersion.MatchString(version) {
			problems.Add(path+".version", "must be an EKS add-on version such as v1.22.4-eksbuild.3", fmt.Sprintf("%q", version),
				"ask `aws eks describe-addon-versions --addon-name "+name+"`")
		}
	}
}
