package cloud

import "sort"

// Get finds a record by ID in the call's account and region (for a global
// service: account); nil when there is none. It is a copy.
func (c *Call) Get(token, id string) *Record {
	return c.world.get(c.world.key(token, c.Account, c.Region, id)).clone()
}

// GetBy finds a record of the call's account and region by a state property
// ("arn", "name", "id"), the first by ID; nil when there is none.
func (c *Call) GetBy(token, property, value string) *Record {
	for _, r := range c.List(token) {
		if r.value(property) == value {
			return r
		}
	}
	return nil
}

// List is every record of a type in the call's account and region, by ID.
func (c *Call) List(token string) []*Record {
	region := c.world.region(token, c.Region)
	return c.world.list(token, func(r *Record) bool { return r.Account == c.Account && r.Region == region })
}

// Everywhere is every record of a type in all accounts and regions, by
// account, region and ID.
func (c *Call) Everywhere(token string) []*Record {
	return c.world.list(token, func(*Record) bool { return true })
}

// Shared finds a record by a state property in the call's own account and
// region, or in another account whose RAM share gives it to this one; nil when
// there is none.
func (c *Call) Shared(token, by, value string) *Record {
	if own := c.GetBy(token, by, value); own != nil {
		return own
	}
	region := c.world.region(token, c.Region)
	for _, r := range c.Everywhere(token) {
		if r.Region == region && r.value(by) == value && c.world.shares(r, c.Account) {
			return r
		}
	}
	return nil
}

// value is the record's value of a property as a reference names it.
func (r *Record) value(property string) string {
	if property == "" || property == "id" {
		return r.ID
	}
	s, _ := Lookup(r.State, property).(string)
	return s
}

func (r *Record) clone() *Record {
	if r == nil {
		return nil
	}
	out := *r
	out.Inputs, out.State = Clone(r.Inputs), Clone(r.State)
	return &out
}

func (w *World) get(k key) *Record { return w.records[k.token][k] }

// list copies the records of a type that a condition holds for, in order.
func (w *World) list(token string, is func(*Record) bool) []*Record {
	var out []*Record
	for _, r := range w.records[token] {
		if is(r) {
			out = append(out, r.clone())
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].less(out[j]) })
	return out
}

func (r *Record) less(o *Record) bool {
	if r.Account != o.Account {
		return r.Account < o.Account
	}
	if r.Region != o.Region {
		return r.Region < o.Region
	}
	if r.Token != o.Token {
		return r.Token < o.Token
	}
	return r.ID < o.ID
}
