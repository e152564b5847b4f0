package cloud

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
)

// same compares values. Nothing, an empty list and an empty map are the same,
// as AWS does not tell them apart; the order of a list of plain values counts
// for nothing, since nearly all of them are sets in AWS (subnets, security
// groups, zones).
func same(old, now any) bool {
	if empty(old) && empty(now) {
		return true
	}
	ol, oldList := old.([]any)
	nl, newList := now.([]any)
	if oldList && newList && len(ol) == len(nl) && plain(ol) && plain(nl) {
		return reflect.DeepEqual(sorted(ol), sorted(nl))
	}
	return reflect.DeepEqual(old, now)
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// plain tells whether a list holds known strings, numbers or booleans only.
func plain(list []any) bool {
	for _, v := range list {
		switch v.(type) {
		case string, float64, bool:
		default:
			return false
		}
	}
	return true
}

func sorted(list []any) []any {
	out := slices.Clone(list)
	sort.Slice(out, func(i, j int) bool { return fmt.Sprint(out[i]) < fmt.Sprint(out[j]) })
	return out
}
