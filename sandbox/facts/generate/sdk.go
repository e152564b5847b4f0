package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"retail/sandbox/facts/internal/table"
)

// sdk reads types from the Go SDK of pulumi-aws. The SDK is generated from the
// provider's schema, so its struct tags are the property names the provider
// takes and its constructors test what is required.
type sdk struct {
	root     string // …/sdk/v6@version/go/aws
	packages map[string]*sdkPackage
}

// sdkPackage is one package of the SDK: the syntax trees that were needed so
// far, and where its nested types are.
type sdkPackage struct {
	dir     string
	sources map[string][]byte
	parsed  map[string]*ast.File
	types   map[string]ast.Expr // from pulumiTypes*.go and pulumiEnums.go
}

func openSDK(root string) (*sdk, error) {
	if _, err := os.Stat(filepath.Join(root, "provider.go")); err != nil {
		return nil, fmt.Errorf("the Go SDK of pulumi-aws is not in %s: %w", root, err)
	}
	return &sdk{root: root, packages: map[string]*sdkPackage{}}, nil
}

// module is the middle part of a token: "ec2" of "aws:ec2/vpc:Vpc".
func module(pulumiToken string) (string, error) {
	parts := strings.Split(pulumiToken, ":")
	if len(parts) != 3 || parts[0] != "aws" || !strings.Contains(parts[1], "/") {
		return "", fmt.Errorf("%q is not a token of pulumi-aws (want aws:module/file:Name)", pulumiToken)
	}
	name, _, _ := strings.Cut(parts[1], "/")
	return name, nil
}

func (s *sdk) open(module string) (*sdkPackage, error) {
	if p, ok := s.packages[module]; ok {
		return p, nil
	}
	dir := filepath.Join(s.root, module)
	if module == "index" {
		dir = s.root // the functions of the root package
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no package for module %q in %s", module, s.root)
	}
	p := &sdkPackage{dir: dir, sources: map[string][]byte{}, parsed: map[string]*ast.File{}, types: map[string]ast.Expr{}}
	for _, file := range files {
		if p.sources[file], err = os.ReadFile(file); err != nil {
			return nil, err
		}
		base := filepath.Base(file)
		if strings.HasPrefix(base, "pulumiTypes") || base == "pulumiEnums.go" {
			if err := p.collect(file); err != nil {
				return nil, err
			}
		}
	}
	s.packages[module] = p
	return p, nil
}

// collect adds a file's type declarations.
func (p *sdkPackage) collect(file string) error {
	tree, err := p.parse(file)
	if err != nil {
		return err
	}
	for _, declaration := range tree.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok {
				p.types[t.Name.Name] = t.Type
			}
		}
	}
	return nil
}

func (p *sdkPackage) parse(file string) (*ast.File, error) {
	if tree, ok := p.parsed[file]; ok {
		return tree, nil
	}
	tree, err := parser.ParseFile(token.NewFileSet(), file, p.sources[file], parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	p.parsed[file] = tree
	return tree, nil
}

// find returns the function that makes the given call with the token.
func (p *sdkPackage) find(call, pulumiToken string) (*ast.FuncDecl, error) {
	text := fmt.Appendf(nil, "%s(%q", call, pulumiToken)
	for _, file := range slices.Sorted(maps.Keys(p.sources)) {
		if !bytes.Contains(p.sources[file], text) {
			continue
		}
		if err := p.collect(file); err != nil {
			return nil, err
		}
		for _, declaration := range p.parsed[file].Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if ok && bytes.Contains(p.sources[file][function.Pos()-1:function.End()-1], text) {
				return function, nil
			}
		}
	}
	return nil, fmt.Errorf("%s: no %s in %s; check the token", pulumiToken, call, p.dir)
}

// find opens the package of a token and finds the function in it that makes the
// call with the token.
func (s *sdk) find(call, pulumiToken string) (*sdkPackage, *ast.FuncDecl, error) {
	name, err := module(pulumiToken)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.open(name)
	if err != nil {
		return nil, nil, err
	}
	function, err := p.find(call, pulumiToken)
	return p, function, err
}

// resource reads inputs, outputs and nested types of one resource.
func (s *sdk) resource(pulumiToken string, objects map[string]table.Properties) (*table.Resource, error) {
	p, constructor, err := s.find("RegisterResource", pulumiToken)
	if err != nil {
		return nil, err
	}
	plain := lowerFirst(strings.TrimPrefix(constructor.Name.Name, "New"))
	r := &reader{pkg: p, objects: objects, outputs: map[string]string{}}
	properties, err := r.inputs(plain+"Args", requiredArguments(constructor))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pulumiToken, err)
	}
	outputs, err := r.results(plain + "State")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pulumiToken, err)
	}
	return &table.Resource{Properties: properties, Outputs: outputs}, nil
}

// function reads arguments and results of one data source.
func (s *sdk) function(pulumiToken string, objects map[string]table.Properties) (*table.Function, error) {
	p, call, err := s.find("ctx.Invoke", pulumiToken)
	if err != nil {
		return nil, err
	}
	r := &reader{pkg: p, objects: objects, outputs: map[string]string{}}
	result := &table.Function{Arguments: table.Properties{}}
	if argument, ok := structName(call.Type.Params.List[1].Type); ok && strings.HasSuffix(argument, "Args") {
		if result.Arguments, err = r.inputs(argument, nil); err != nil {
			return nil, fmt.Errorf("%s: %w", pulumiToken, err)
		}
	}
	results, _ := structName(call.Type.Results.List[0].Type)
	if result.Results, err = r.results(results); err != nil {
		return nil, fmt.Errorf("%s: %w", pulumiToken, err)
	}
	return result, nil
}

// requiredArguments are the fields without which a constructor returns an error.
// Fields that it fills instead are optional.
func requiredArguments(constructor *ast.FuncDecl) map[string]bool {
	required := map[string]bool{}
	for _, statement := range constructor.Body.List {
		branch, ok := statement.(*ast.IfStmt)
		if !ok {
			continue
		}
		test, isTest := branch.Cond.(*ast.BinaryExpr)
		_, fails := branch.Body.List[0].(*ast.ReturnStmt)
		if !isTest || test.Op != token.EQL || !fails {
			continue
		}
		if field, ok := test.X.(*ast.SelectorExpr); ok {
			required[field.Sel.Name] = true
		}
	}
	return required
}

func structName(e ast.Expr) (string, bool) {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	name, ok := e.(*ast.Ident)
	if !ok {
		return "", false
	}
	return name.Name, true
}

func lowerFirst(s string) string {
	r := []rune(s)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}
