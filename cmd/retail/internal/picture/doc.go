// Package picture draws a stack: accounts, VPCs, zones, clusters, the front
// door and VPC Lattice with their weights, data stores. It reads what Pulumi's CLI prints of a
// stack's state and of a preview, so that it needs no access to AWS, and shows
// what the preview would add, change or remove in colour.
//
// Three steps, a file each: read.go knows Pulumi's formats, the build files
// know this program's resources, render.go knows D2 (https://d2lang.com), which
// lays the picture out.
package picture

// Kind says what a box stands for; render.go gives each its shape.
type Kind string

// The kinds of boxes.
const (
	Account  Kind = "account"
	VPC      Kind = "vpc"
	Zone     Kind = "zone"
	Cluster  Kind = "cluster"
	Door     Kind = "door"
	Store    Kind = "store"
	Transit  Kind = "transit"
	Outside  Kind = "outside"
	Workload Kind = "workload"
	Group    Kind = "group"
)

// Box is one thing in the picture.
type Box struct {
	// Key is unique among its siblings and stays the same between two pictures.
	Key string
	// Lines are its text; the first names it.
	Lines []string
	Kind  Kind
	// Op is what happens to the thing itself or, where that stays, to its parts.
	Op Op
	// Parts counts what happens to the resources that the box stands for.
	Parts map[Op]int
	Boxes []*Box

	parent *Box
}

// Arrow joins two boxes.
type Arrow struct {
	From, To *Box
	Label    string
	Op       Op
	// Faint: nothing flows at the moment.
	Faint bool
}

// Picture is a stack as it is drawn.
type Picture struct {
	Title  string
	Boxes  []*Box
	Arrows []Arrow
	// Preview: operations are shown, with a legend.
	Preview bool
}

// add puts a box into another, or returns the one that has its key.
func (b *Box) add(kind Kind, key string, lines ...string) *Box {
	for _, box := range b.Boxes {
		if box.Key == key {
			return box
		}
	}
	box := &Box{Key: key, Kind: kind, Lines: lines, Parts: map[Op]int{}, parent: b}
	b.Boxes = append(b.Boxes, box)
	return box
}
