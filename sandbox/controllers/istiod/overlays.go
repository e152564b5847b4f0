package istiod

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"

	"retail/sandbox/controllers/internal/kube"
)

// overlays are the changes to what the templates make: the class's, kept beside
// istiod, and then the Gateway's own parameters.
func (m *mesh) overlays(g *gateway) ([]map[string]string, error) {
	var defaults []*corev1.ConfigMap
	for _, c := range kube.All[*corev1.ConfigMap](m.store.configMaps) {
		if c.Namespace == systemNamespace && c.Labels["gateway.istio.io/defaults-for-class"] == g.Spec.GatewayClassName {
			defaults = append(defaults, c)
		}
	}
	var out []map[string]string
	if len(defaults) > 0 {
		oldest := slices.MinFunc(defaults, func(a, b *corev1.ConfigMap) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
		out = append(out, oldest.Data)
	}
	if g.Spec.Infrastructure == nil || g.Spec.Infrastructure.ParametersRef == nil {
		return out, nil
	}
	ref := g.Spec.Infrastructure.ParametersRef
	if ref.Group != "" || ref.Kind != "ConfigMap" {
		return nil, fmt.Errorf("unknown infrastructure parameters type %s/%s", ref.Group, ref.Kind)
	}
	own, found := kube.Find[*corev1.ConfigMap](m.store.configMaps, g.Namespace+"/"+ref.Name)
	if !found {
		return nil, fmt.Errorf("parametersRef targeting configmap %q, but configmap does not exist", g.Namespace+"/"+ref.Name)
	}
	return append(out, own.Data), nil
}

// overlaid reads one object of a template and changes it; nil is an object that is
// made only with an overlay and has none.
func overlaid(document string, overlays []map[string]string) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil || len(object.Object) == 0 {
		return nil, err
	}
	k, known := kinds[object.GetKind()]
	if !known {
		return nil, fmt.Errorf("unknown overlay kind %q", object.GetKind())
	}
	applied, before := false, object.DeepCopy()
	for _, o := range overlays {
		for key := range o {
			if !slices.Contains([]string{"deployment", "service", "serviceAccount", "horizontalPodAutoscaler", "podDisruptionBudget"}, key) {
				return nil, fmt.Errorf("unsupported overlay %q", key)
			}
		}
		text, there := o[k.overlay]
		if !there {
			continue
		}
		var change map[string]any
		if err := yaml.Unmarshal([]byte(text), &change); err != nil {
			return nil, fmt.Errorf("overlay %s: %w", k.overlay, err)
		}
		schema, err := strategicpatch.NewPatchMetaFromStruct(k.shape)
		if err != nil {
			return nil, err
		}
		if object.Object, err = strategicpatch.StrategicMergeMapPatchUsingLookupPatchMeta(object.Object, change, schema); err != nil {
			return nil, fmt.Errorf("overlay %s: strategic merge patch failed: %w", k.overlay, err)
		}
		applied = true
	}
	if k.optional && !applied {
		return nil, nil
	}
	if object.GetName() != before.GetName() || object.GetNamespace() != before.GetNamespace() || len(object.GetFinalizers()) > 0 {
		return nil, fmt.Errorf("overlay %s: illegal metadata change", k.overlay)
	}
	return object, nil
}
