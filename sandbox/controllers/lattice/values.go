package lattice

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"retail/sandbox/cloud"
)

// sortedKeys are a map's keys in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// ctx is that of calls to the simulated AWS, which do not wait.
func (w *worker) ctx() context.Context { return context.Background() }

// props are tags as a record's property.
func props(tags map[string]string) cloud.Props {
	out := cloud.Props{}
	for k, v := range tags {
		out[k] = v
	}
	return out
}

// contains tells whether a record has all of some tags.
func contains(r *cloud.Record, tags map[string]string) bool {
	have := tagsOf(r)
	for k, v := range tags {
		if have[k] != v {
			return false
		}
	}
	return true
}

// parentRefs are a route's as they stand, defaults of the API server's included.
func (r *route) parentRefs() []any {
	spec, _ := r.Raw.Object["spec"].(map[string]any)
	out, _ := spec["parentRefs"].([]any)
	return out
}

// same compares plain values.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }
