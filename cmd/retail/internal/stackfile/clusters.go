package stackfile

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func clusterPath(vpc, colour string) string { return "vpcs." + vpc + ".clusters." + colour }

// Version is a cluster's Kubernetes version; empty when there is no such cluster.
func (f *File) Version(vpc, colour string) string {
	if _, value := f.vpc(vpc, "clusters", colour, "version"); value != nil {
		return value.Value
	}
	return ""
}

// WithVersion is the file with another version of a cluster that stands in it.
func (f *File) WithVersion(vpc, colour, version string) (*File, error) {
	return f.withScalar(version, vpc, "clusters", colour, "version")
}

// withScalar puts another text in the place of one, in its quotes.
func (f *File) withScalar(text, vpc string, path ...string) (*File, error) {
	_, value := f.vpc(vpc, path...)
	full := "vpcs." + vpc + "." + strings.Join(path, ".")
	if value == nil {
		return nil, f.refuse(full, "must be written in this file", "write it down")
	}
	at, quote, err := f.scalar(full, value)
	if err != nil {
		return nil, err
	}
	return f.becomes(f.splice(edit{at, quote + text + quote}), func(e map[string]any) {
		under(e, append([]string{"vpcs", vpc}, path[:len(path)-1]...)...)[path[len(path)-1]] = text
	})
}

// WithCluster is the file with one more cluster, which is as another one of the VPC but
// for its version. Comments are not copied: they tell of the other one.
func (f *File) WithCluster(vpc, colour, like, version string) (*File, error) {
	key, block, err := f.block(vpc, like)
	if err != nil {
		return nil, err
	}
	if f.Version(vpc, colour) != "" {
		return nil, f.refuse(clusterPath(vpc, colour), "stands in this file already", "change its version instead")
	}
	lines := f.lines()
	var copied []string
	for _, line := range lines[key.Line-1 : block.to] {
		if trimmed := strings.TrimSpace(line); trimmed != "" && !strings.HasPrefix(trimmed, "#") {
			copied = append(copied, line)
		}
	}
	copied[0] = strings.Replace(copied[0], like+":", colour+":", 1)
	between := slices.Insert(lines, block.to, copied...)
	added, err := Parse(f.Path, []byte(strings.Join(between, "\n")))
	if err != nil {
		return nil, err
	}
	if added, err = added.WithVersion(vpc, colour, version); err != nil {
		return nil, err
	}
	return f.becomes(added.lines(), func(e map[string]any) {
		clusters := under(e, "vpcs", vpc, "clusters")
		twin := map[string]any{}
		for k, v := range under(clusters, like) {
			twin[k] = v
		}
		twin["version"] = version
		clusters[colour] = twin
	})
}

// WithoutCluster is the file without a cluster.
func (f *File) WithoutCluster(vpc, colour string) (*File, error) {
	_, block, err := f.block(vpc, colour)
	if err != nil {
		return nil, err
	}
	return f.becomes(slices.Delete(f.lines(), block.from, block.to), func(e map[string]any) {
		delete(under(e, "vpcs", vpc, "clusters"), colour)
	})
}

// lineRange are lines from 0, the last one not included.
type lineRange struct{ from, to int }

// block are the lines of a cluster: the comments right above its key, the key, and all
// that is indented more than it. What stands in braces on one line is refused.
func (f *File) block(vpc, colour string) (*yaml.Node, lineRange, error) {
	key, value := f.vpc(vpc, "clusters", colour)
	path := clusterPath(vpc, colour)
	if key == nil {
		return nil, lineRange{}, f.refuse(path, "must stand in this file", "declare the cluster first")
	}
	if _, clusters := f.vpc(vpc, "clusters"); value.Kind != yaml.MappingNode || value.Style&yaml.FlowStyle != 0 || clusters.Style&yaml.FlowStyle != 0 {
		return nil, lineRange{}, f.refuse(path, "must be written in block style", "write one key a line")
	}
	lines := f.lines()
	indent := key.Column - 1
	from := key.Line - 1
	for from > 0 && strings.HasPrefix(lines[from-1], strings.Repeat(" ", indent)+"#") {
		from--
	}
	to := key.Line
	for at := to; at < len(lines); at++ {
		text := strings.TrimLeft(lines[at], " ")
		if text == "" {
			continue
		}
		if len(lines[at])-len(text) <= indent {
			break
		}
		to = at + 1
	}
	return key, lineRange{from, to}, nil
}

// WithLattice is the file with a text under a VPC's lattice key, such as the colour that
// owns the route; an empty text takes the key away.
func (f *File) WithLattice(vpc, name, text string) (*File, error) {
	key, lattice := f.vpc(vpc, "lattice")
	path := fmt.Sprintf("vpcs.%s.lattice", vpc)
	if lattice == nil {
		return nil, f.refuse(path, "must stand in this file", "declare it first")
	}
	if _, value := child(lattice, name); value != nil && text != "" {
		return f.withScalar(text, vpc, "lattice", name)
	}
	change := func(e map[string]any) {
		if under(e, "vpcs", vpc, "lattice")[name] = text; text == "" {
			delete(under(e, "vpcs", vpc, "lattice"), name)
		}
	}
	lines := f.lines()
	had, value := child(lattice, name)
	flow := lattice.Style&yaml.FlowStyle != 0
	switch {
	case had == nil && text == "":
		return f, nil
	case had == nil && flow:
		at := span{lattice.Line - 1, lattice.Column, lattice.Column}
		return f.becomes(f.splice(edit{at, name + ": " + text + ", "}), change)
	case had == nil:
		indent := strings.Repeat(" ", lattice.Content[0].Column-1)
		return f.becomes(slices.Insert(lines, key.Line, indent+name+": "+text), change)
	case !flow:
		return f.becomes(slices.Delete(lines, had.Line-1, value.Line), change)
	}
	at, _, err := f.scalar(path+"."+name, value)
	if err != nil {
		return nil, err
	}
	at.from = had.Column - 1
	line := []rune(lines[at.line])
	if rest := string(line[at.to:]); strings.HasPrefix(rest, ", ") {
		at.to += len(", ")
	} else if before := string(line[:at.from]); strings.HasSuffix(before, ", ") {
		at.from -= len(", ")
	}
	return f.becomes(f.splice(edit{at, ""}), change)
}
