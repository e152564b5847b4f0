package manifests

import (
	"maps"
	"reflect"
	"slices"
)

// Variant is a cluster told by what sets it apart from another one's.
type Variant struct {
	// Of is the environment whose file has the rest.
	Of string `yaml:"of"`
	// Removed are the keys of objects, and the names of releases after "Release/", that the
	// variant does not have.
	Removed []string `yaml:"removed"`
	// Objects and Releases are those that the other has not, or has otherwise.
	Objects  []Object  `yaml:"objects"`
	Releases []Release `yaml:"releases"`
}

// Compare tells what sets a cluster apart from another.
func Compare(of string, other, cluster *Cluster) Variant {
	made := Variant{Of: of}
	var gone []string
	made.Objects, gone = apart(other.Objects, cluster.Objects, Object.Key)
	made.Removed = append(made.Removed, gone...)
	made.Releases, gone = apart(other.Releases, cluster.Releases, func(one Release) string { return "Release/" + one.Name })
	made.Removed = append(made.Removed, gone...)
	return made
}

// apart returns the values that others do not have just so, and the keys of those that only
// the others have.
func apart[T any](others, values []T, key func(T) string) (changed []T, removed []string) {
	before := map[string]T{}
	for _, one := range others {
		before[key(one)] = one
	}
	for _, one := range values {
		if other, there := before[key(one)]; !there || !reflect.DeepEqual(other, one) {
			changed = append(changed, one)
		}
		delete(before, key(one))
	}
	return changed, slices.Sorted(maps.Keys(before))
}
