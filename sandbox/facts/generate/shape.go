package main

import "retail/sandbox/facts/internal/table"

// shape is a type in CloudFormation's specification or in an AWS API model:
// what both have in common, so that they are merged in one way.
type shape interface {
	// member finds a structure's member by name, whatever its case.
	member(name string) (member, bool)
	// element is the type of a list's elements, nil if this is no list.
	element() shape
	// entry is the types of a map's keys and values, nil if this is no map.
	entry() (key, value shape)
	// holds tells whether values of this type are of a scalar kind.
	holds(kind string) bool
	// rule is what the source says about a value of this type.
	rule() table.Rule
}

// member is a structure's member.
type member struct {
	shape    shape
	required bool
	// replaces: CloudFormation makes a new resource when the member changes.
	replaces bool
}

// root is a shape with the mark its facts carry.
type root struct {
	mark  string
	shape shape
}
