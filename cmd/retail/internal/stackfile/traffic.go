package stackfile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Weights are the colours' shares of a VPC's requests in per cent.
type Weights map[string]int

// String is the weights as the file holds them: "{blue: 90, green: 10}".
func (w Weights) String() string {
	parts := make([]string, 0, len(w))
	for _, colour := range slices.Sorted(maps.Keys(w)) {
		parts = append(parts, fmt.Sprintf("%s: %d", colour, w[colour]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Equal tells whether two weights are the same.
func (w Weights) Equal(other Weights) bool { return maps.Equal(w, other) }

func (w Weights) plain() map[string]any {
	out := map[string]any{}
	for colour, weight := range w {
		out[colour] = weight
	}
	return out
}

func trafficPath(vpc string) string { return "vpcs." + vpc + ".traffic" }

// Traffic are a VPC's weights.
func (f *File) Traffic(vpc string) (Weights, error) {
	_, value := f.vpc(vpc, "traffic")
	if value == nil {
		return nil, f.refuse(trafficPath(vpc), "must be written in this file", "write down every colour's share")
	}
	var out Weights
	if err := value.Decode(&out); err != nil {
		return nil, f.refuse(trafficPath(vpc), "must be whole numbers by colour: "+err.Error(), "write {blue: 100, green: 0}")
	}
	return out, nil
}

// WithTraffic is the file with other weights of a VPC. Colours that stay keep their
// places and the comments beside them.
func (f *File) WithTraffic(vpc string, weights Weights) (*File, error) {
	now, err := f.Traffic(vpc)
	if err != nil {
		return nil, err
	}
	_, value := f.vpc(vpc, "traffic")
	if value.Kind != yaml.MappingNode {
		return nil, f.refuse(trafficPath(vpc), "must be written in its place", "write it out, without an alias")
	}
	var lines []string
	if slices.Equal(slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(weights))) {
		var edits []edit
		for colour, weight := range weights {
			_, at := child(value, colour)
			place, _, err := f.scalar(trafficPath(vpc)+"."+colour, at)
			if err != nil {
				return nil, err
			}
			edits = append(edits, edit{place, strconv.Itoa(weight)})
		}
		lines = f.splice(edits...)
	} else if lines, err = f.colours(vpc, value, weights); err != nil {
		return nil, err
	}
	return f.becomes(lines, func(e map[string]any) { under(e, "vpcs", vpc)["traffic"] = weights.plain() })
}

// colours writes weights of other colours than those that stand there: the mapping as a
// whole, on the line of its key.
func (f *File) colours(vpc string, value *yaml.Node, weights Weights) ([]string, error) {
	key, _ := f.vpc(vpc, "traffic")
	last := value
	for _, n := range value.Content {
		if n.Line > last.Line {
			last = n
		}
	}
	lines := f.lines()
	line := []rune(lines[key.Line-1])
	if value.Style&yaml.FlowStyle != 0 {
		end := strings.IndexRune(string(line[value.Column-1:]), '}')
		if last.Line != key.Line || end < 0 {
			return nil, f.refuse(trafficPath(vpc), "must be written on one line", "write {blue: 100, green: 0}")
		}
		return f.splice(edit{span{key.Line - 1, value.Column - 1, value.Column + len([]rune(string(line[value.Column-1:])[:end]))}, weights.String()}), nil
	}
	return slices.Replace(lines, key.Line-1, last.Line, strings.Repeat(" ", key.Column-1)+"traffic: "+weights.String()), nil
}
