// Package charts packs the Helm charts of the sandbox's mirror: Istio's own, whose
// module has them, and stand-ins for charts that no package registry has:
// the same names, versions, value keys and resource definitions as the published
// ones, with templates of our own. They are packed as Helm packs charts, to the
// same bytes each time.
//
// A chart is a folder here, named after the chart. Its values.schema.json is
// made from its values.yaml, so that Helm refuses a key that the chart does not
// have, which published charts often swallow. What a stand-in does not do it
// refuses by name, in templates/refusals.yaml.
package charts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"time"

	"sigs.k8s.io/yaml"
)

//go:embed all:aws-gateway-controller-chart all:aws-load-balancer-controller all:grafana all:kiali-server all:prometheus all:reloader
var folders embed.FS

// Chart is a packed chart.
type Chart struct {
	// Metadata is Chart.yaml: name, version, appVersion, description.
	Metadata map[string]any
	// Name and Version are those of the metadata.
	Name, Version string
	// Archive is the packed chart, a .tgz.
	Archive []byte
}

// File is the archive's name in a repository.
func (c Chart) File() string { return c.Name + "-" + c.Version + ".tgz" }

// All are the charts, by name.
func All() ([]Chart, error) {
	names, err := folders.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var out []Chart
	for _, name := range names {
		chart, err := pack(name.Name())
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", name.Name(), err)
		}
		out = append(out, chart)
	}
	return out, nil
}

// packed is the date of everything in an archive: a chart's bytes depend on its
// content alone.
var packed = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func pack(name string) (Chart, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(folders, name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[file], err = folders.ReadFile(file)
		return err
	})
	if err != nil {
		return Chart{}, err
	}
	out := Chart{Name: name}
	if err := yaml.UnmarshalStrict(files[path.Join(name, "Chart.yaml")], &out.Metadata); err != nil {
		return out, err
	}
	out.Version, _ = out.Metadata["version"].(string)
	if out.Metadata["name"] != name || out.Version == "" {
		return out, fmt.Errorf("the folder's Chart.yaml is of %v in version %q", out.Metadata["name"], out.Version)
	}
	if files[path.Join(name, "values.schema.json")], err = schema(name, files[path.Join(name, "values.yaml")]); err != nil {
		return out, err
	}
	out.Archive, err = archive(files)
	return out, err
}

func archive(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	tape := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), ModTime: packed, Typeflag: tar.TypeReg}
		if err := tape.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := tape.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(tape.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// closedGroups are groups of a chart's values in which a key that the chart does not have
// would be a mistake without a sound.
var closedGroups = map[string][]string{
	"aws-gateway-controller-chart": {"deployment", "image", "log", "metrics", "pdb", "role", "serviceAccount", "webhookTLS"},

	"prometheus":   {"server", "serviceAccounts", "configmapReload", "kube-state-metrics"},
	"grafana":      {"admin", "service", "serviceAccount", "image", "rbac"},
	"kiali-server": {"auth", "deployment", "external_services", "login_token"},
}

// kubernetesOwn are values that go into a pod as they are: their keys are Kubernetes's, of
// which a chart's defaults name some.
var kubernetesOwn = []string{"affinity", "annotations", "containerSecurityContext", "labels", "nodeSelector",
	"podSecurityContext", "resources", "securityContext"}

// schema is the JSON schema of a chart's values: its top-level keys and no
// others, each of the kind of its default. A key without a default takes any.
// Where the chart keeps its values under its own name, or in groups of [closedGroups],
// the keys there are closed too, and those of the groups among them.
func schema(name string, values []byte) ([]byte, error) {
	var defaults map[string]any
	if err := yaml.UnmarshalStrict(values, &defaults); err != nil {
		return nil, fmt.Errorf("values.yaml: %w", err)
	}
	properties := map[string]any{"global": map[string]any{"type": "object"}} // Helm's own
	for key, value := range defaults {
		properties[key] = kind(value, 0)
		if key == name || slices.Contains(closedGroups[name], key) {
			properties[key] = kind(value, 2)
		}
	}
	return json.MarshalIndent(map[string]any{
		"$schema": "http://json-schema.org/draft-07/schema#",
		"type":    "object", "additionalProperties": false, "properties": properties,
	}, "", "  ")
}

// kind is the schema of one value. The keys of maps are closed so many levels deep,
// but for maps that are empty by default, whose keys are their user's.
func kind(value any, closed int) map[string]any {
	switch v := value.(type) {
	case bool:
		return map[string]any{"type": "boolean"}
	case float64:
		if v == math.Trunc(v) {
			return map[string]any{"type": "integer"}
		}
		return map[string]any{"type": "number"}
	case string:
		return map[string]any{"type": "string"}
	case []any:
		return map[string]any{"type": "array"}
	case map[string]any:
		out := map[string]any{"type": "object"}
		if closed == 0 || len(v) == 0 {
			return out
		}
		properties := map[string]any{}
		for key, value := range v {
			properties[key] = kind(value, closed-1)
			if slices.Contains(kubernetesOwn, key) {
				properties[key] = kind(value, 0)
			}
		}
		out["additionalProperties"], out["properties"] = false, properties
		return out
	}
	return map[string]any{}
}

// Index is the index.yaml of a repository of the charts (Helm documentation,
// "The Chart Repository Guide"). Addresses are relative to it.
func Index(charts []Chart) ([]byte, error) {
	entries := map[string]any{}
	for _, c := range charts {
		sum := sha256.Sum256(c.Archive)
		entry := maps.Clone(c.Metadata)
		entry["created"] = packed.Format(time.RFC3339)
		entry["digest"] = hex.EncodeToString(sum[:])
		entry["urls"] = []string{c.File()}
		versions, _ := entries[c.Name].([]any)
		entries[c.Name] = append(versions, entry)
	}
	return yaml.Marshal(map[string]any{"apiVersion": "v1", "generated": packed.Format(time.RFC3339), "entries": entries})
}
