package picture

import "strings"

// claim says that a resource is what a box stands for: what happens to it
// happens to the box.
func (b *builder) claim(r *Resource, box *Box) {
	b.byURN[r.URN] = box
	box.Op = heavier(box.Op, r.Op)
}

// weight orders operations by how much a reader wants to know of them.
var weight = map[Op]int{"": 0, Same: 1, Update: 2, Create: 3, Delete: 4, Replace: 5}

func heavier(one, other Op) Op {
	if weight[other] > weight[one] {
		return other
	}
	return one
}

// count gives each resource that changes to the box it belongs to. A box whose
// own resource stays shows that its parts change.
func (b *builder) count() {
	for _, r := range b.stack.Resources {
		if r.Op == Same || strings.HasPrefix(r.Type, "retail:") || strings.HasPrefix(r.Type, "pulumi:") {
			continue
		}
		box := b.boxOf(r)
		if box == nil {
			continue
		}
		box.Parts[r.Op]++
		if box.Op == "" || box.Op == Same {
			box.Op = Update
		}
	}
	settle(b.root)
}

// settle gives boxes without a resource of their own the operation that all
// their parts share.
func settle(box *Box) {
	for _, inner := range box.Boxes {
		settle(inner)
	}
	if len(box.Parts) == 1 && box.Op == Update {
		for op := range box.Parts {
			if op == Update || wholly(box, op) {
				box.Op = op
			}
		}
	}
	if box.Op == "" {
		box.Op = Same
	}
}

// wholly tells whether everything inside shares an operation.
func wholly(box *Box, op Op) bool {
	for _, inner := range box.Boxes {
		if inner.Op != op {
			return false
		}
	}
	return len(box.Boxes) > 0
}

// boxOf follows a resource's parents to the first that is drawn; a resource that
// no component holds is the account's.
func (b *builder) boxOf(r *Resource) *Box {
	for at := r; at != nil; at = b.parentOf(at) {
		if box := b.byURN[at.URN]; box != nil {
			return box
		}
	}
	return nil
}

func (b *builder) parentOf(r *Resource) *Resource {
	for _, other := range b.stack.Resources {
		if other.URN == r.Parent {
			return other
		}
	}
	return nil
}

// below tells whether a resource is a component's, at any depth.
func (b *builder) below(r *Resource, component string) bool {
	for at := r; at != nil; at = b.parentOf(at) {
		if at.Parent == component {
			return true
		}
	}
	return false
}

// touched is Update when anything below a component changes.
func (b *builder) touched(component string) Op {
	for _, r := range b.stack.Resources {
		if r.Op != Same && b.below(r, component) {
			return Update
		}
	}
	return Same
}
