package stackfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// span is a piece of the text, by line and column from 0; columns count characters.
// An end of the column -1 is the end of its line.
type span struct{ line, from, to int }

// edit puts text in the place of a span.
type edit struct {
	span
	text string
}

// lines are the text's lines without their ends.
func (f *File) lines() []string { return strings.Split(string(f.text), "\n") }

// splice does edits, of which no two overlap.
func (f *File) splice(edits ...edit) []string {
	lines := f.lines()
	slices.SortFunc(edits, func(a, b edit) int {
		if a.line != b.line {
			return b.line - a.line
		}
		return b.from - a.from
	})
	for _, e := range edits {
		runes := []rune(lines[e.line])
		lines[e.line] = string(runes[:e.from]) + e.text + string(runes[e.to:])
	}
	return lines
}

// scalar is the span of a value as it is written, quotes included. A value that is
// written elsewhere (an alias), or in a way that this does not follow, is refused.
func (f *File) scalar(path string, n *yaml.Node) (span, string, error) {
	if n.Kind != yaml.ScalarNode || n.Anchor != "" {
		return span{}, "", f.refuse(path, "must be a plain value written in its place", "write it out, without an anchor or alias")
	}
	written, quote := n.Value, ""
	switch n.Style {
	case yaml.DoubleQuotedStyle:
		quote = `"`
	case yaml.SingleQuotedStyle:
		quote = "'"
	}
	written = quote + written + quote
	at := span{n.Line - 1, n.Column - 1, n.Column - 1 + len([]rune(written))}
	line := []rune(f.lines()[at.line])
	if at.to > len(line) || string(line[at.from:at.to]) != written {
		return span{}, "", f.refuse(path, "must be written on one line and without escapes", "write it as "+fmt.Sprintf("%q", n.Value))
	}
	return at, quote, nil
}

// becomes gives the file with other lines, once it is sure that they mean what change
// makes of the meaning of the lines before, and nothing else.
func (f *File) becomes(lines []string, change func(environment map[string]any)) (*File, error) {
	after, err := Parse(f.Path, []byte(strings.Join(lines, "\n")))
	if err != nil {
		return nil, err
	}
	wanted, err := f.meaning()
	if err != nil {
		return nil, err
	}
	change(under(wanted, "config", environmentKey))
	got, err := after.meaning()
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(wanted, got) {
		return nil, f.refuse("config."+environmentKey, "cannot be changed here without changing something else",
			"edit the file by hand, and write what is to be changed in block style, one key a line")
	}
	return after, nil
}

func (f *File) meaning() (map[string]any, error) {
	out := map[string]any{}
	return out, f.root.Decode(&out)
}

// under is the mapping at a path, made where it is missing.
func under(in map[string]any, path ...string) map[string]any {
	for _, key := range path {
		next, is := in[key].(map[string]any)
		if !is {
			next = map[string]any{}
			in[key] = next
		}
		in = next
	}
	return in
}
