package ec2

import (
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// Finder describes the data sources of one resource type: the one that gives a
// single item, and the one that lists identifiers.
type Finder struct {
	Token        string // of the resource type
	What         string // its name in errors, "EC2 VPC"
	Single, Many string // tokens of the data sources; "" when there is none
	API          string // the Describe operation
	// Filters and Args (of Single) name the state property that each compares;
	// "id" is the record's ID.
	Filters, Args map[string]string
	// From gives the records to look through. Nil: the account's own.
	From func(*cloud.Call) []*cloud.Record
	// Out adds what the data source shows beyond the resource's state.
	Out func(*cloud.Call, *cloud.Record) cloud.Props
}

// recordFilters makes filters of state properties, with EC2's tag filters.
func recordFilters(properties map[string]string) filters[*cloud.Record] {
	out := filters[*cloud.Record]{
		"tag-key": func(r *cloud.Record) []string {
			var keys []string
			for k := range tagsOf(r) {
				keys = append(keys, k)
			}
			return keys
		},
	}
	for filter, property := range properties {
		out[filter] = func(r *cloud.Record) []string { return valuesOf(r, property) }
	}
	return out
}

// tagsOf are all tags of a record, the provider's default tags among them.
func tagsOf(r *cloud.Record) map[string]any {
	if all, ok := r.State["tagsAll"].(map[string]any); ok {
		return all
	}
	own, _ := r.State["tags"].(map[string]any)
	return own
}

// valuesOf are a state property's values as EC2's filters see them.
func valuesOf(r *cloud.Record, property string) []string {
	if property == "id" {
		return []string{r.ID}
	}
	values, _ := cloud.All(r.State, property)
	var out []string
	for _, v := range values {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// narrow keeps the records whose state has the values of the arguments given.
func narrow(found []*cloud.Record, c *cloud.Call, args map[string]string) []*cloud.Record {
	for arg, property := range args {
		want := c.Any(arg)
		if want == nil || want == "" {
			continue
		}
		found = slices.DeleteFunc(found, func(r *cloud.Record) bool {
			return !slices.Contains(valuesOf(r, property), fmt.Sprint(want))
		})
	}
	if tags, ok := c.Any("tags").(map[string]any); ok {
		found = slices.DeleteFunc(found, func(r *cloud.Record) bool {
			for k, v := range tags {
				if tagsOf(r)[k] != v {
					return true
				}
			}
			return false
		})
	}
	return found
}

// find gives the records of the finder's type that arguments and filters ask
// for.
func (f Finder) find(c *cloud.Call, args map[string]string) ([]*cloud.Record, error) {
	rules := recordFilters(f.Filters)
	given, _ := c.Any("filters").([]any)
	for n := range given {
		// "tag:KEY" is a filter for every key.
		if key, ok := strings.CutPrefix(c.Str(fmt.Sprintf("filters[%d].name", n)), "tag:"); ok {
			rules["tag:"+key] = func(r *cloud.Record) []string {
				if v, has := tagsOf(r)[key]; has {
					return []string{fmt.Sprint(v)}
				}
				return nil
			}
		}
	}
	all := c.List(f.Token)
	if f.From != nil {
		all = f.From(c)
	}
	found, err := rules.apply(c, all)
	if err != nil {
		return nil, err
	}
	return narrow(found, c, args), nil
}

// Invokes are the finder's data sources.
func (f Finder) Invokes() []*cloud.Invoke {
	var out []*cloud.Invoke
	if f.Single != "" {
		out = append(out, &cloud.Invoke{Token: f.Single, API: f.API, Do: f.getOne})
	}
	if f.Many != "" {
		out = append(out, &cloud.Invoke{Token: f.Many, API: f.API, Do: f.getMany})
	}
	return out
}

func (f Finder) getOne(c *cloud.Call) (cloud.Props, error) {
	found, err := f.find(c, f.Args)
	if err != nil {
		return nil, err
	}
	if err := one(c, f.What, len(found)); err != nil {
		return nil, err
	}
	out := cloud.Clone(found[0].State)
	delete(out, "tagsAll")
	out["id"] = found[0].ID
	out["tags"] = tagsOf(found[0])
	if out["tags"] == nil {
		out["tags"] = cloud.Props{}
	}
	merge(out, echo(c, "filters"))
	if f.Out != nil {
		merge(out, f.Out(c, found[0]))
	}
	return out, nil
}

func (f Finder) getMany(c *cloud.Call) (cloud.Props, error) {
	found, err := f.find(c, nil)
	if err != nil {
		return nil, err
	}
	ids := list()
	for _, r := range found {
		ids = append(ids, r.ID)
	}
	out := echo(c, "filters", "tags")
	merge(out, cloud.Props{"id": c.Region, "ids": ids})
	return out, nil
}

// Filter keeps the records that the argument "filters" lets through. Filters
// name the state property that each compares.
func Filter(c *cloud.Call, records []*cloud.Record, properties map[string]string) ([]*cloud.Record, error) {
	return recordFilters(properties).apply(c, records)
}
