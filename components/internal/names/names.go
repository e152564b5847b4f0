// Package names makes the logical and physical names of resources.
//
// A child is named component + role + key, where the key is a zone id, a
// colour or another lasting property of the thing, and never its position in a
// list: a name made of an index moves to another resource when an entry before
// it is added or removed, and the engine then replaces what nobody changed.
package names

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// hashLength is the number of hexadecimal digits that keep shortened names
// apart: 32 bits, ample for the few dozen names that one account holds.
const hashLength = 8

// Child joins a component's name, the child's role in it and, where the
// component has several children of that role, the key that tells them apart.
// Empty parts are left out.
func Child(component, role string, key ...string) string {
	parts := make([]string, 0, 2+len(key))
	for _, part := range append([]string{component, role}, key...) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "-")
}

// Limit returns name if it has at most limit characters, and otherwise its
// beginning followed by a hash of the whole. AWS refuses longer physical names
// (an IAM role's may have 64 characters, a load balancer's 32), and cutting
// alone would make two long names equal.
func Limit(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	suffix := "-" + hex.EncodeToString(sum[:])[:hashLength]
	if limit <= len(suffix) {
		return suffix[len(suffix)-limit:]
	}
	return strings.TrimRight(name[:limit-len(suffix)], "-") + suffix
}
