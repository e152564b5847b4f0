package clusters

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// registryAccount owns the registries of EKS's add-on images in most Regions
// (EKS user guide, "View Amazon container image registries for Amazon EKS
// add-ons").
const registryAccount = "602401143452"

// addonData is what the manifests may use.
type addonData struct {
	Version, ClusterName, Region, Registry string
	DNSAddress, MetricsAddress             string
	LinuxNodes                             corev1.Affinity
	Config                                 addonConfig
}

// MinimalVersion is the tag of kube-proxy's minimal image:
// v1.34.1-minimal-eksbuild.2 for the add-on version v1.34.1-eksbuild.2.
func (d addonData) MinimalVersion() string {
	return strings.Replace(d.Version, "-eksbuild", "-minimal-eksbuild", 1)
}

var manifestFuncs = template.FuncMap{
	"json": func(value any) (string, error) {
		data, err := json.Marshal(value)
		return string(data), err
	},
	// env renders a container's environment, sorted, so that nothing changes
	// when the configuration does not.
	"env": func(values map[string]string) (string, error) {
		env := make([]corev1.EnvVar, 0, len(values))
		for _, name := range slices.Sorted(maps.Keys(values)) {
			env = append(env, corev1.EnvVar{Name: name, Value: values[name]})
		}
		data, err := json.Marshal(env)
		return string(data), err
	},
}

// renderAddon gives the objects of an add-on in the order in which they are
// applied.
func renderAddon(r *record, name, version string, values map[string]any) ([]*unstructured.Unstructured, error) {
	known, ok := addons[name]
	if !ok {
		return nil, fmt.Errorf("add-on %q is unknown, known are %s", name, strings.Join(Addons(), ", "))
	}
	config := known.config()
	if err := decodeConfig(name, values, config); err != nil {
		return nil, err
	}
	source, err := addonManifests.ReadFile("manifests/addons/" + name + ".yaml")
	if err != nil {
		return nil, err
	}
	manifest, err := template.New(name).Funcs(manifestFuncs).Parse(string(source))
	if err != nil {
		return nil, err
	}
	var rendered bytes.Buffer
	if err := manifest.Execute(&rendered, addonData{
		Version: version, ClusterName: r.Spec.Name, Region: r.Spec.Region,
		Registry:   registryAccount + ".dkr.ecr." + r.Spec.Region + ".amazonaws.com",
		DNSAddress: serviceAddress(r.Range, dnsHost), MetricsAddress: serviceAddress(r.Range, metricsHost),
		LinuxNodes: linuxNodes, Config: config,
	}); err != nil {
		return nil, err
	}
	objects := make([]*unstructured.Unstructured, 0, len(known.definitions))
	for _, d := range known.definitions {
		objects = append(objects, d.object())
	}
	documents, err := decodeManifest(&rendered)
	if err != nil {
		return nil, fmt.Errorf("add-on %s: %w", name, err)
	}
	for _, object := range documents {
		if err := config.pods().overlay(object); err != nil {
			return nil, fmt.Errorf("add-on %s: %w", name, err)
		}
	}
	return append(objects, documents...), nil
}

func decodeManifest(source io.Reader) ([]*unstructured.Unstructured, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(source, 4096)
	var objects []*unstructured.Unstructured
	for {
		u := &unstructured.Unstructured{}
		if err := decoder.Decode(&u.Object); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(u.Object) > 0 {
			objects = append(objects, u)
		}
	}
}

// linuxNodes keeps an add-on's pods off what EKS keeps them off.
var linuxNodes = corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
	RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
		MatchExpressions: []corev1.NodeSelectorRequirement{
			{Key: corev1.LabelOSStable, Operator: corev1.NodeSelectorOpIn, Values: []string{"linux"}},
			{Key: corev1.LabelArchStable, Operator: corev1.NodeSelectorOpIn, Values: []string{"amd64", "arm64"}},
			{Key: computeTypeLabel, Operator: corev1.NodeSelectorOpNotIn, Values: []string{"fargate", "auto", "hybrid"}},
		},
	}}},
}}

// overlay puts the shared configuration values on a workload's pods.
func (p podSettings) overlay(object *unstructured.Unstructured) error {
	if kind := object.GetKind(); kind != "Deployment" && kind != "DaemonSet" {
		return nil
	}
	set := func(value any, empty bool, path ...string) error {
		if empty {
			return nil
		}
		data, err := json.Marshal(value)
		if err != nil {
			return err
		}
		var plain any
		if err := json.Unmarshal(data, &plain); err != nil {
			return err
		}
		return unstructured.SetNestedField(object.Object, plain, append([]string{"spec", "template"}, path...)...)
	}
	labels, _, err := unstructured.NestedStringMap(object.Object, "spec", "template", "metadata", "labels")
	if err != nil {
		return err
	}
	maps.Copy(labels, p.PodLabels)
	return errors.Join(
		set(p.Affinity, p.Affinity == nil, "spec", "affinity"),
		set(p.NodeSelector, p.NodeSelector == nil, "spec", "nodeSelector"),
		set(p.Tolerations, p.Tolerations == nil, "spec", "tolerations"),
		set(p.PodAnnotations, p.PodAnnotations == nil, "metadata", "annotations"),
		set(labels, len(p.PodLabels) == 0, "metadata", "labels"),
		p.setResources(object),
	)
}

// setResources concerns the add-on's own container, which is the first.
func (p podSettings) setResources(object *unstructured.Unstructured) error {
	if p.Resources == nil {
		return nil
	}
	path := []string{"spec", "template", "spec", "containers"}
	containers, _, err := unstructured.NestedSlice(object.Object, path...)
	if err != nil {
		return err
	}
	data, err := json.Marshal(p.Resources)
	if err != nil {
		return err
	}
	var plain map[string]any
	if err := json.Unmarshal(data, &plain); err != nil {
		return err
	}
	containers[0].(map[string]any)["resources"] = plain
	return unstructured.SetNestedSlice(object.Object, containers, path...)
}
