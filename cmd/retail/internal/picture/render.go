package picture

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"oss.terrastruct.com/d2/d2graph"
	"oss.terrastruct.com/d2/d2layouts/d2elklayout"
	"oss.terrastruct.com/d2/d2lib"
	"oss.terrastruct.com/d2/d2renderers/d2svg"
	"oss.terrastruct.com/d2/lib/log"
	"oss.terrastruct.com/d2/lib/textmeasure"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// colours of what a preview does; chosen to be told apart in grey print and by
// people who see no red or green, with the word beside it in every label.
var colours = map[Op]struct{ stroke, fill, word string }{
	Create:  {"#1a7f37", "#dafbe1", "new"},
	Update:  {"#9a6700", "#fff8c5", "changed"},
	Replace: {"#8250df", "#fbefff", "replaced"},
	Delete:  {"#cf222e", "#ffebe9", "removed"},
}

// fills of the kinds of boxes where nothing changes.
var fills = map[Kind]string{
	Account: "#f6f8fa", VPC: "#ffffff", Zone: "#f6f8fa", Door: "#ddf4ff", Store: "#fdf3e1",
	Transit: "#eaeef2", Outside: "#ffffff", Workload: "#ffffff", Group: "#ffffff",
}

// clusterFills are blue and green themselves.
var clusterFills = map[string]string{"blue": "#cfe3ff", "green": "#cdeccd"}

var shapes = map[Kind]string{Store: "cylinder", Outside: "oval"}

// Source is the picture in the language of D2.
func (p *Picture) Source() string {
	var out strings.Builder
	fmt.Fprintf(&out, "direction: down\n")
	for _, box := range p.Boxes {
		box.write(&out, "")
	}
	for _, a := range p.Arrows {
		fmt.Fprintf(&out, "%s -> %s: %q {\n", a.From.path(), a.To.path(), a.Label)
		switch c, changes := colours[a.Op]; {
		case changes:
			fmt.Fprintf(&out, "  style.stroke: %q\n  style.stroke-width: 3\n", c.stroke)
		case a.Faint:
			fmt.Fprintf(&out, "  style.stroke: %q\n  style.stroke-dash: 4\n", "#8c959f")
		default:
			fmt.Fprintf(&out, "  style.stroke: %q\n", "#57606a")
		}
		fmt.Fprintf(&out, "}\n")
	}
	p.legend(&out)
	return out.String()
}

func (p *Picture) legend(out *strings.Builder) {
	if !p.Preview {
		return
	}
	fmt.Fprintf(out, "legend: \"a preview: what an update would do\" {\n  near: bottom-center\n  grid-rows: 1\n")
	for _, op := range []Op{Create, Update, Replace, Delete} {
		c := colours[op]
		fmt.Fprintf(out, "  %s: %q { style.stroke: %q; style.fill: %q; style.stroke-width: 3 }\n", op, c.word, c.stroke, c.fill)
	}
	fmt.Fprintf(out, "}\n")
}

func (b *Box) path() string {
	if b.parent == nil || b.parent.Key == "" {
		return quote(b.Key)
	}
	return b.parent.path() + "." + quote(b.Key)
}

func quote(text string) string { return fmt.Sprintf("%q", text) }

func (b *Box) write(out *strings.Builder, indent string) {
	fill := fills[b.Kind]
	if b.Kind == Cluster {
		fill = clusterFills[b.Key]
	}
	fmt.Fprintf(out, "%s%s: %s {\n", indent, quote(b.Key), quote(strings.Join(b.text(), "\n")))
	if shape := shapes[b.Kind]; shape != "" && len(b.Boxes) == 0 {
		fmt.Fprintf(out, "%s  shape: %s\n", indent, shape)
	}
	if c, changes := colours[b.Op]; changes {
		fmt.Fprintf(out, "%s  style.stroke: %q\n%s  style.stroke-width: 3\n", indent, c.stroke, indent)
		// A change of what is inside colours the frame alone: a large coloured ground
		// hides what it means, and a cluster's own colour says which it is.
		if b.Op != Update || len(b.Boxes) == 0 && b.Kind != Cluster {
			fill = c.fill
		}
	}
	fmt.Fprintf(out, "%s  style.fill: %q\n", indent, fill)
	if len(b.Boxes) > 0 {
		fmt.Fprintf(out, "%s  style.font-size: 18\n", indent)
	}
	if _, changes := colours[b.Op]; !changes {
		fmt.Fprintf(out, "%s  style.stroke: %q\n", indent, "#57606a")
	}
	for _, inner := range b.Boxes {
		inner.write(out, indent+"  ")
	}
	fmt.Fprintf(out, "%s}\n", indent)
}

// text is the label: the box's own lines and, in a preview, what changes.
func (b *Box) text() []string {
	lines := slices.Clone(b.Lines)
	var counts []string
	for _, op := range []Op{Create, Update, Replace, Delete} {
		if n := b.Parts[op]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, colours[op].word))
		}
	}
	if len(counts) > 0 {
		lines = append(lines, "("+strings.Join(counts, ", ")+")")
	} else if c, changes := colours[b.Op]; changes {
		lines = append(lines, "("+c.word+")")
	}
	return lines
}

// SVG lays the picture out.
func (p *Picture) SVG(ctx context.Context) ([]byte, error) {
	ruler, err := textmeasure.NewRuler()
	if err != nil {
		return nil, err
	}
	ctx = log.With(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	pad := int64(20)
	drawing := &d2svg.RenderOpts{Pad: &pad}
	diagram, _, err := d2lib.Compile(ctx, p.Source(), &d2lib.CompileOptions{
		Ruler:          ruler,
		LayoutResolver: func(string) (d2graph.LayoutGraph, error) { return d2elklayout.DefaultLayout, nil },
	}, drawing)
	if err != nil {
		return nil, fmt.Errorf("laying out the picture of %s: %w", p.Title, err)
	}
	return d2svg.Render(diagram, drawing)
}
