package istiod

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"time"
)

// condition is one of an object's status.
type condition struct {
	kind            string
	holds           bool
	reason, message string
}

func (c condition) status() string {
	if c.holds {
		return string(metav1.ConditionTrue)
	}
	return string(metav1.ConditionFalse)
}

// setConditions writes conditions into an object and tells whether it has changed.
func setConditions(object map[string]any, at []string, generation int64, wanted ...condition) bool {
	have, _, _ := unstructured.NestedSlice(object, at...)
	out, changed := withConditions(have, generation, wanted...)
	if changed {
		_ = unstructured.SetNestedSlice(object, out, at...) // the fields on the way are objects
	}
	return changed
}

// withConditions are a list's conditions with others in their place.
func withConditions(have []any, generation int64, wanted ...condition) (out []any, changed bool) {
	out = have
	for _, w := range wanted {
		now := map[string]any{"type": w.kind, "status": w.status(), "reason": w.reason, "message": w.message,
			"observedGeneration": generation, "lastTransitionTime": time.Now().UTC().Format(time.RFC3339)}
		found := false
		for i := range out {
			old, _ := out[i].(map[string]any)
			if old["type"] != w.kind {
				continue
			}
			found = true
			if old["status"] == now["status"] && old["reason"] == now["reason"] && old["message"] == now["message"] && old["observedGeneration"] == generation {
				break
			}
			if old["status"] == now["status"] {
				now["lastTransitionTime"] = old["lastTransitionTime"]
			}
			out[i], changed = now, true
		}
		if !found {
			out, changed = append(out, now), true
		}
	}
	return out, changed
}
