package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// place is a test that carries a case's id.
type place struct {
	File string // from the checkout's root, with slashes
	Test string
}

// How an id is written: at the end of a test's name ("TestX_S1_S7",
// "TestXE1E10"), or in a comment or text as its first word, in parentheses,
// after the word "case", or in a list that begins so ("E1, E2 and E10"). Other
// places do not count, since S3 is a service and E2 half of an instance type. Of area Z,
// those of the table alone: others are ids of hosted zones.
var (
	inName = regexp.MustCompile(`(?:_?(?:[NEKLBSGVI]\d{1,2}|Z[35]))+$`)
	inText = regexp.MustCompile(`(?:^|\(|\b[Cc]ases? )((?:[NEKLBSGVI]\d{1,2}|Z[35])(?:(?:, | and )[A-Z]\d{1,2})*)(?:$|[ :),;.])`)
	id     = regexp.MustCompile(`(?:[NEKLBSGVI]\d{1,2}|Z[35])`)
)

func idsOfName(name string) []string { return id.FindAllString(inName.FindString(name), -1) }

func idsOfText(text string) []string {
	var out []string
	for _, match := range inText.FindAllStringSubmatch(strings.TrimSpace(text), -1) {
		out = append(out, id.FindAllString(match[1], -1)...)
	}
	return out
}

// skipped are folders without tests of cases; this program's own tests quote ids.
var skipped = []string{"node_modules", "testdata", "cases"}

// scan finds the tests of a checkout by the ids they carry.
func scan(root string) (map[string][]place, error) {
	packages := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || slices.Contains(skipped, name)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, "_test.go") {
			packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], path)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	found := map[string][]place{}
	for _, files := range packages {
		p := &tests{root: root, decls: map[string]*declaration{}}
		for _, file := range files {
			if err := p.read(file); err != nil {
				return nil, err
			}
		}
		p.collect(found)
	}
	for id, places := range found {
		slices.SortFunc(places, func(a, b place) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Test, b.Test))
		})
		found[id] = slices.Compact(places)
	}
	return found, nil
}

// tests are the declarations of one folder's test files by name.
type tests struct {
	root  string
	decls map[string]*declaration
}

// declaration is a function, or a variable such as a table of cases, with the
// ids it carries and the names it uses.
type declaration struct {
	file string
	ids  []string
	uses map[string]bool
}

func (p *tests) read(file string) error {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(p.root, file)
	if err != nil {
		return err
	}
	for _, decl := range parsed.Decls {
		for name, node := range named(decl) {
			d := &declaration{file: filepath.ToSlash(relative), uses: map[string]bool{}}
			if strings.HasPrefix(name, "Test") {
				d.ids = idsOfName(name)
			}
			d.inspect(node)
			d.comments(parsed.Comments, decl)
			p.decls[name] = d
		}
	}
	return nil
}

// named are the functions or variables that a declaration declares.
func named(decl ast.Decl) map[string]ast.Node {
	out := map[string]ast.Node{}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		out[decl.Name.Name] = decl
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			if values, ok := spec.(*ast.ValueSpec); ok {
				for _, name := range values.Names {
					out[name.Name] = values
				}
			}
		}
	}
	return out
}

func (d *declaration) inspect(node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			d.uses[n.Name] = true
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				d.ids = append(d.ids, idsOfText(text)...)
			}
		}
		return true
	})
}

// comments reads those in a declaration and the one right above it.
func (d *declaration) comments(all []*ast.CommentGroup, decl ast.Decl) {
	from := decl.Pos()
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Doc != nil {
			from = decl.Doc.Pos()
		}
	case *ast.GenDecl:
		if decl.Doc != nil {
			from = decl.Doc.Pos()
		}
	}
	for _, group := range all {
		if group.Pos() < from || group.End() > decl.End() {
			continue
		}
		for line := range strings.Lines(group.Text()) {
			d.ids = append(d.ids, idsOfText(line)...)
		}
	}
}

// collect adds, for every test, the ids that it or what it uses carries.
func (p *tests) collect(found map[string][]place) {
	for name, d := range p.decls {
		if !strings.HasPrefix(name, "Test") {
			continue
		}
		for _, id := range p.reach(name, map[string]bool{}) {
			found[id] = append(found[id], place{File: d.file, Test: name})
		}
	}
}

func (p *tests) reach(name string, seen map[string]bool) []string {
	d, known := p.decls[name]
	if !known || seen[name] {
		return nil
	}
	seen[name] = true
	ids := slices.Clone(d.ids)
	for used := range d.uses {
		if !strings.HasPrefix(used, "Test") {
			ids = append(ids, p.reach(used, seen)...)
		}
	}
	return ids
}
