// Package manifests takes from a recorder what the program declares in each cluster: the
// Kubernetes objects, as the API server is sent them, and the releases of charts with their
// values. Tests of other modules, which know nothing of Pulumi, read them as files.
package manifests

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"gopkg.in/yaml.v3"

	"retail/tests/internal/recorder"
)

const (
	releaseType = "kubernetes:helm.sh/v3:Release"
	// definitionsType is the component of the Gateway API's own objects, left out: they are
	// those of its release, which whoever reads these files has.
	definitionsType = "retail:gatewayapi:Definitions"
	// providerSuffix ends the names of the Kubernetes providers: VPC-COLOUR-kubernetes.
	providerSuffix = "-kubernetes"
	// Placeholder stands for every text of a secret.
	Placeholder = "placeholder"
)

// Cluster is what one cluster is told.
type Cluster struct {
	// Objects are sorted by kind, namespace and name.
	Objects []Object
	// Releases are sorted by name.
	Releases []Release
}

// Object is a Kubernetes object in JSON's types, whole numbers as int64.
type Object map[string]any

// Release is a chart with its values, as its resource has them.
type Release struct {
	Name      string         `yaml:"name"`
	Chart     string         `yaml:"chart"`
	Version   string         `yaml:"version"`
	Namespace string         `yaml:"namespace"`
	Values    map[string]any `yaml:"values"`
}

// Of returns what was declared, by cluster as VPC-COLOUR. It is an error if a resource of a
// Kubernetes provider is neither object nor release, or holds a value
// that is not known.
func Of(r *recorder.Recorder) (map[string]*Cluster, error) {
	all := map[string]*Cluster{}
	for _, res := range r.All() {
		if !strings.HasPrefix(res.Type, "kubernetes:") || strings.Contains(res.URN, definitionsType+"$") || !res.Custom && res.Type != releaseType {
			continue
		}
		provider := r.ByReference(res.Provider)
		if provider == nil || !strings.HasSuffix(provider.Name, providerSuffix) {
			return nil, fmt.Errorf("%s is of no cluster: its provider is %q", res.URN, res.Provider)
		}
		name := strings.TrimSuffix(provider.Name, providerSuffix)
		if all[name] == nil {
			all[name] = &Cluster{}
		}
		value, err := plain(resource.NewObjectProperty(res.Inputs), false)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", res.URN, err)
		}
		if err := all[name].add(res, value.(map[string]any)); err != nil {
			return nil, err
		}
	}
	for _, cluster := range all {
		slices.SortFunc(cluster.Objects, func(a, b Object) int { return strings.Compare(a.Key(), b.Key()) })
		slices.SortFunc(cluster.Releases, func(a, b Release) int { return strings.Compare(a.Name, b.Name) })
	}
	return all, nil
}

func (c *Cluster) add(res *recorder.Resource, value map[string]any) error {
	if res.Type == releaseType {
		values, _ := value["values"].(map[string]any)
		c.Releases = append(c.Releases, Release{
			Name: cmp.Or(text(value, "name"), res.Name), Chart: text(value, "chart"), Version: text(value, "version"),
			Namespace: text(value, "namespace"), Values: values,
		})
		return nil
	}
	object := Object(value)
	if text(value, "apiVersion") == "" || text(value, "kind") == "" || object.Meta("name") == "" {
		return fmt.Errorf("%s is no object: it lacks apiVersion, kind or metadata.name", res.URN)
	}
	if object["apiVersion"] == "v1" && object["kind"] == "Secret" {
		object.encode()
	}
	c.Objects = append(c.Objects, object)
	return nil
}

// encode gives a Secret's placeholders the form that its data must have.
func (o Object) encode() {
	data, _ := o["data"].(map[string]any)
	for key, value := range data {
		if value == Placeholder {
			data[key] = base64.StdEncoding.EncodeToString([]byte(Placeholder))
		}
	}
}

// Key is kind, namespace and name, by which an object is found.
func (o Object) Key() string {
	return strings.Join([]string{text(o, "kind"), o.Meta("namespace"), o.Meta("name")}, "/")
}

// Meta returns a text of the object's metadata; empty if there is none.
func (o Object) Meta(key string) string {
	meta, _ := o["metadata"].(map[string]any)
	return text(meta, key)
}

func text(object map[string]any, key string) string {
	value, _ := object[key].(string)
	return value
}

// YAML writes values as documents of one file.
func YAML[T any](values []T) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	for _, value := range values {
		if err := encoder.Encode(value); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), encoder.Close()
}

// plain turns a property into JSON's types; what is left out is null to the engine.
func plain(value resource.PropertyValue, secret bool) (any, error) {
	switch {
	case value.IsSecret():
		return plain(value.SecretValue().Element, true)
	case value.IsOutput() && value.OutputValue().Known:
		return plain(value.OutputValue().Element, secret || value.OutputValue().Secret)
	case value.IsArray():
		list := []any{}
		for _, element := range value.ArrayValue() {
			made, err := plain(element, secret)
			if err != nil {
				return nil, err
			}
			list = append(list, made)
		}
		return list, nil
	case value.IsObject():
		object := map[string]any{}
		for key, element := range value.ObjectValue() {
			if element.IsNull() {
				continue
			}
			made, err := plain(element, secret)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			object[string(key)] = made
		}
		return object, nil
	case value.IsString() && secret:
		return Placeholder, nil
	case value.IsNumber() && value.NumberValue() == math.Trunc(value.NumberValue()):
		return int64(value.NumberValue()), nil
	case value.IsString(), value.IsNumber(), value.IsBool():
		return value.V, nil
	}
	return nil, fmt.Errorf("a %s, which no object can hold", value.TypeString())
}
