package stackfile

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// WithRelaxation is the file with a reason under a cluster's relax key.
func (f *File) WithRelaxation(vpc, colour, name, reason string) (*File, error) {
	_, block, err := f.block(vpc, colour)
	if err != nil {
		return nil, err
	}
	_, cluster := f.vpc(vpc, "clusters", colour)
	relaxKey, relax := child(cluster, "relax")
	indent := strings.Repeat(" ", cluster.Content[0].Column-1)
	line := fmt.Sprintf("%s: %q", name, reason)
	var lines []string
	switch {
	case relax == nil:
		lines = slices.Insert(f.lines(), block.to, indent+"relax:", indent+"  "+line)
	case relax.Kind != yaml.MappingNode || relax.Style&yaml.FlowStyle != 0:
		return nil, f.refuse(clusterPath(vpc, colour)+".relax", "must be written in block style", "write one key a line")
	default:
		if _, stands := child(relax, name); stands != nil {
			return f, nil
		}
		lines = slices.Insert(f.lines(), relaxKey.Line, strings.Repeat(" ", relax.Content[0].Column-1)+line)
	}
	return f.becomes(lines, func(e map[string]any) { under(e, "vpcs", vpc, "clusters", colour, "relax")[name] = reason })
}
