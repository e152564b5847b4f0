package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// naming is a type's automatic name: the Spec's, else the tables'; nil when it
// has none.
func (spec *Spec) naming(facts TypeFacts) *AutoName {
	if spec.AutoName != nil || facts == nil {
		return spec.AutoName
	}
	if property, longest, ok := facts.Autoname(); ok {
		return &AutoName{Property: property, Max: longest}
	}
	return nil
}

// fill sets the physical name where none is given and tells the property it
// has filled: the old name as long as that was automatic too, else what the
// engine proposes, else logical name and 7 hex digits.
func (auto *AutoName) fill(inputs Props, q CheckRequest) string {
	if auto == nil || inputs[auto.Property] != nil || inputs[auto.Property+"Prefix"] != nil {
		return ""
	}
	old, isString := q.Old[auto.Property].(string)
	switch {
	case isString && wasFilled(q.Old, auto.Property):
		inputs[auto.Property] = old
	case q.Name != "":
		inputs[auto.Property] = q.Name
	default:
		inputs[auto.Property] = auto.generate(q)
	}
	return auto.Property
}

func (auto *AutoName) generate(q CheckRequest) string {
	logical := q.URN[strings.LastIndex(q.URN, "::")+1:]
	logical = strings.TrimPrefix(logical, ":")
	sum := sha256.Sum256(append(append([]byte{}, q.Seed...), q.URN...))
	suffix := "-" + hex.EncodeToString(sum[:])[:7]
	if auto.Lower {
		logical = strings.ToLower(logical)
	}
	if auto.Max > 0 && len(logical)+len(suffix) > auto.Max {
		logical = logical[:auto.Max-len(suffix)]
	}
	return logical + suffix
}
