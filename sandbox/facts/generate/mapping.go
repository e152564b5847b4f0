package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed mapping/*.yaml
var mappings embed.FS

// mapping says, for one service, which tokens get a table and where the facts
// of each are from.
type mapping struct {
	Resources map[string]source `yaml:"resources"`
	Functions []string          `yaml:"functions"`
}

// source of one resource's facts. Paths are those of Pulumi's properties, with
// a dot between levels. The maps' values are reasons, read by people.
type source struct {
	// CFN is the CloudFormation type.
	CFN string `yaml:"cfn"`
	// API lists operations, "ec2:CreateVpc"; the first that has a member for a
	// property gives its rules.
	API []string `yaml:"api"`
	// Names gives the name CloudFormation and the API use where it is not
	// Pulumi's own (compared without case): "nodeRoleArn: nodeRole". Several
	// are separated by a space, levels by a dot; "-" means it has none.
	Names map[string]string `yaml:"names"`
	// Terraform is the file that holds the resource's schema, below
	// internal/service of terraform-provider-aws v5.100; Replaces lists all
	// properties it marks as forcing a new resource. Empty: CloudFormation
	// decides what replaces.
	Terraform string   `yaml:"terraform"`
	Replaces  []string `yaml:"replaces"`
	// Differs gives the reason for each property on which CloudFormation and
	// terraform-provider-aws disagree.
	Differs map[string]string `yaml:"differs"`
	// Required adds what the SDK cannot tell (lists inside objects).
	Required map[string]string `yaml:"required"`
	// Drop leaves out rules of the property that are not about Pulumi's value.
	Drop map[string]string `yaml:"drop"`
	// Autoname is the longest generated name. 0: no name is generated.
	Autoname int `yaml:"autoname"`
}

// loadMappings reads all mappings by service.
func loadMappings() (map[string]mapping, error) {
	files, err := fs.Glob(mappings, "mapping/*.yaml")
	if err != nil {
		return nil, err
	}
	services := map[string]mapping{}
	var problems []error
	for _, file := range files {
		text, err := mappings.Open(file)
		if err != nil {
			return nil, err
		}
		var m mapping
		decoder := yaml.NewDecoder(text)
		decoder.KnownFields(true)
		err = errors.Join(decoder.Decode(&m), text.Close())
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", file, err))
			continue
		}
		service := strings.TrimSuffix(path.Base(file), ".yaml")
		problems = append(problems, m.validate(service))
		services[service] = m
	}
	return services, errors.Join(problems...)
}

// validate holds tokens to their file and exceptions to their reasons.
func (m mapping) validate(service string) error {
	var problems []error
	tokens := append([]string{}, m.Functions...)
	for token, s := range m.Resources {
		tokens = append(tokens, token)
		for _, reasons := range []map[string]string{s.Differs, s.Required, s.Drop} {
			for property, reason := range reasons {
				if reason == "" {
					problems = append(problems, fmt.Errorf("%s: %s: an exception needs its reason", token, property))
				}
			}
		}
	}
	for _, token := range tokens {
		if name, err := module(token); err != nil || name != service {
			problems = append(problems, fmt.Errorf("%s: does not belong in mapping/%s.yaml", token, service))
		}
	}
	return errors.Join(problems...)
}
