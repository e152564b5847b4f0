package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// sources are the opened inputs; a missing one is nil.
type sources struct {
	sdk    *sdk
	cfn    *cfnDatabase
	models *models
	report bool
}

// generate makes all tables and writes or compares them.
func (s settings) generate() error {
	in := sources{report: s.report}
	var err error
	if in.sdk, err = openSDK(s.sdk); err != nil {
		return err
	}
	in.cfn, err = openCFN(s.cfn)
	missing := err
	if _, err := os.Stat(s.models); err != nil {
		missing = errors.Join(missing, err)
	} else {
		in.models = &models{dir: s.models, services: map[string]*model{}}
	}
	if missing != nil && !s.check {
		return fmt.Errorf("writing the tables needs every source (-install gets the npm package): %w", missing)
	}
	mappings, err := loadMappings()
	if err != nil {
		return err
	}
	var problems []error
	for _, service := range slices.Sorted(maps.Keys(mappings)) {
		file, err := in.service(mappings[service])
		if err == nil {
			err = s.store(filepath.Join(s.out, service+".json"), file, missing == nil)
		}
		problems = append(problems, err)
	}
	if missing != nil {
		log.Printf("facts: compared with pulumi-aws's SDK only; not at hand: %v", missing)
	}
	return errors.Join(append(problems, s.leftovers(mappings))...)
}

// service makes one table.
func (in sources) service(m mapping) (*table.File, error) {
	file := &table.File{
		Resources: map[string]*table.Resource{},
		Functions: map[string]*table.Function{},
		Objects:   map[string]table.Properties{},
	}
	var problems []error
	for _, token := range slices.Sorted(maps.Keys(m.Resources)) {
		resource, err := in.resource(token, m.Resources[token], file.Objects)
		file.Resources[token] = resource
		problems = append(problems, err)
	}
	for _, token := range m.Functions {
		function, err := in.sdk.function(token, file.Objects)
		file.Functions[token] = function
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	reduceOutputs(file)
	return file, requireLists(file.Objects, m.Required)
}

// requireLists notes the lists that a mapping says are required.
func requireLists(objects map[string]table.Properties, required map[string][]string) error {
	var problems []error
	for _, object := range slices.Sorted(maps.Keys(required)) {
		for _, name := range required[object] {
			property, ok := objects[object][name]
			if !ok || property.Required != "" {
				problems = append(problems, fmt.Errorf("required: %s.%s: no such property, or required anyway", object, name))
				continue
			}
			property.Required = "tf"
		}
	}
	return errors.Join(problems...)
}

// reduceOutputs leaves only the types of objects that are never an input: what
// the SDK's result structs call required is merely always there.
func reduceOutputs(file *table.File) {
	inputs := map[string]bool{}
	var follow func(table.Properties)
	follow = func(properties table.Properties) {
		for _, property := range properties {
			if name := elementary(property.Type); !inputs[name] {
				inputs[name] = true
				follow(file.Objects[name])
			}
		}
	}
	for _, resource := range file.Resources {
		follow(resource.Properties)
	}
	for _, function := range file.Functions {
		follow(function.Arguments)
	}
	for name, properties := range file.Objects {
		for property := range properties {
			if !inputs[name] {
				properties[property] = &table.Property{Type: properties[property].Type}
			}
		}
	}
}

// elementary is the type that a type is a list or map of, or itself.
func elementary(kind string) string {
	return strings.TrimPrefix(strings.TrimPrefix(kind, "[]"), "map[string]")
}

func (in sources) resource(token string, from source, objects map[string]table.Properties) (*table.Resource, error) {
	resource, err := in.sdk.resource(token, objects)
	if err != nil {
		return nil, err
	}
	resource.CFN, resource.API = from.CFN, from.API
	resource.Autoname, resource.DeleteFirst = autoname(resource, from), from.DeleteFirst
	var roots []root
	if in.cfn != nil && from.CFN != "" {
		cfn, err := in.cfn.resource(from.CFN)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", token, err)
		}
		roots = append(roots, root{"cfn", cfn})
	}
	if in.models != nil {
		for _, operation := range from.API {
			input, err := in.models.operation(operation)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", token, err)
			}
			roots = append(roots, root{operation, input})
		}
	}
	m := &merger{token: token, source: from, objects: objects, partial: in.cfn == nil || in.models == nil}
	err = m.merge(resource, roots)
	if in.report && len(m.unmatched) > 0 {
		log.Printf("%s: only the SDK knows %v", token, m.unmatched)
	}
	return resource, err
}

// autoname is pulumi-aws's rule for generated names (SetAutonaming in its
// provider/resources.go), or the exception the mapping notes.
func autoname(resource *table.Resource, from source) *table.Autoname {
	name, ok := resource.Properties["name"]
	if from.Autoname == nil && ok && name.Type == "string" && name.Required == "" {
		return &table.Autoname{Property: "name", Max: 255}
	}
	return from.Autoname
}

// store writes a table, or compares it with the one that is there.
func (s settings) store(name string, file *table.File, complete bool) error {
	text, err := file.Encode()
	if err != nil {
		return err
	}
	if !s.check {
		return os.WriteFile(name, text, 0o644)
	}
	stored, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !complete {
		if text, err = known(text); err != nil {
			return err
		}
		if stored, err = known(stored); err != nil {
			return err
		}
	}
	if !bytes.Equal(text, stored) {
		return fmt.Errorf("%s is not what its sources give: run `go generate ./facts`", name)
	}
	return nil
}

// known reduces a table to the facts of the SDK and of the mappings.
func known(text []byte) ([]byte, error) {
	var file table.File
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	file.Keep(func(mark string) bool { return slices.Contains([]string{"sdk", "tf", "doc"}, mark) })
	return file.Encode()
}

// leftovers finds tables of services that no mapping names any more.
func (s settings) leftovers(mappings map[string]mapping) error {
	tables, err := filepath.Glob(filepath.Join(s.out, "*.json"))
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range tables {
		base := filepath.Base(name)
		if _, ok := mappings[base[:len(base)-len(".json")]]; !ok {
			problems = append(problems, fmt.Errorf("%s has no mapping: remove it", name))
		}
	}
	return errors.Join(problems...)
}
