package config

import (
	"fmt"
	"net/netip"

	"retail/internal/problem"
)

// located is an address range with the path of the key that holds it.
type located struct {
	path  string
	block netip.Prefix
}

// locate parses the ranges of a list; what is no range is left to the rule that
// reports it.
func locate(path string, texts []string) []located {
	var found []located
	for _, text := range texts {
		if block, err := netip.ParsePrefix(text); err == nil {
			found = append(found, located{path, block})
		}
	}
	return found
}

// ranges refuses an empty list and whatever is not the start of an IPv4 block.
func ranges(list *problem.List, path string, texts []string) {
	if len(texts) == 0 {
		list.Add(path, "at least one address range is required", nil, "give it as 10.20.0.0/16")
	}
	for _, text := range texts {
		cidr(list, path, text)
	}
}

// cidr parses an IPv4 block in its canonical form, or reports the problem and
// returns the zero Prefix.
func cidr(list *problem.List, path, text string) netip.Prefix {
	block, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !block.Addr().Is4():
		list.Add(path, "must be an IPv4 address range", quoted(text), "give it as 10.20.0.0/16")
		return netip.Prefix{}
	case block != block.Masked():
		list.Add(path, "must begin at the first address of the block", text, "write "+block.Masked().String())
		return netip.Prefix{}
	}
	return block
}

// disjoint refuses every pair of ranges that overlap.
func disjoint(list *problem.List, all []located, rule string) {
	for i, one := range all {
		for _, other := range all[i+1:] {
			if one.block.Overlaps(other.block) {
				list.Add(other.path, rule, fmt.Sprintf("%s, which overlaps %s of %s", other.block, one.block, one.path), "choose another range")
			}
		}
	}
}

// within says whether an inner range lies in one of the outer ones.
func within(inner netip.Prefix, outer []located) bool {
	for _, one := range outer {
		if one.block.Bits() <= inner.Bits() && one.block.Contains(inner.Addr()) {
			return true
		}
	}
	return false
}

var (
	privateRanges = []located{
		{"RFC 1918", netip.MustParsePrefix("10.0.0.0/8")},
		{"RFC 1918", netip.MustParsePrefix("172.16.0.0/12")},
		{"RFC 1918", netip.MustParsePrefix("192.168.0.0/16")},
	}
	sharedRanges = []located{{"RFC 6598", netip.MustParsePrefix("100.64.0.0/10")}}
)
