package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"retail/sandbox/facts/internal/table"
)

//go:embed mapping/*.yaml
var mappings embed.FS

// mapping says, for one service, which tokens get a table and where the facts
// of each are from.
type mapping struct {
	Resources map[string]source `yaml:"resources"`
	Functions []string          `yaml:"functions"`
	// Required lists, by nested type, the lists that terraform-provider-aws
	// requires; to the SDK a list that is absent is an empty one.
	Required map[string][]string `yaml:"required"`
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
	// Within are structures whose members pulumi-aws has at the top:
	// "launchTemplateData". Prefixes are the same for the properties whose names
	// begin so: "tunnel1: options.tunnelOptions".
	Within   []string          `yaml:"within"`
	Prefixes map[string]string `yaml:"prefixes"`
	// Terraform is the file that holds the resource's schema, below
	// internal/service of terraform-provider-aws, and Replaces all properties it
	// marks as forcing a new resource. A change that replaces only at times is
	// noted as "path if removed" (or another table.Condition). Without
	// Terraform, CloudFormation decides what replaces.
	Terraform string   `yaml:"terraform"`
	Replaces  []string `yaml:"replaces"`
	// Differs gives the reason for each property on which CloudFormation and
	// terraform-provider-aws disagree.
	Differs map[string]string `yaml:"differs"`
	// Rules are limits that terraform-provider-aws checks before it calls AWS;
	// ReadOnly are properties it has only as outputs.
	Rules    map[string]limit `yaml:"rules"`
	ReadOnly []string         `yaml:"readOnly"`
	// Drop leaves out rules of the property that are not about Pulumi's value.
	Drop map[string]string `yaml:"drop"`
	// Autoname differs from what pulumi-aws does by default: a generated name
	// of at most 255 characters for an optional input "name".
	Autoname *table.Autoname `yaml:"autoname"`
	// DeleteFirst: pulumi-aws deletes the old before it makes the new.
	DeleteFirst bool `yaml:"deleteFirst"`
}

// limit is a rule as the mapping notes it.
type limit struct {
	Enum    []string `yaml:"enum"`
	Pattern string   `yaml:"pattern"`
	Min     *float64 `yaml:"min"`
	Max     *float64 `yaml:"max"`
	On      string   `yaml:"on"`
	// Documented: the limit is from AWS's documentation, named in a comment.
	Documented bool `yaml:"documented"`
}

// rule is the limit as it stands in a table.
func (l limit) rule() table.Rule {
	from := "tf"
	if l.Documented {
		from = "doc"
	}
	return table.Rule{From: from, On: l.On, Enum: l.Enum, Pattern: l.Pattern, Min: l.Min, Max: l.Max}
}

// replacement finds how a property replaces the resource.
func (s source) replacement(path string) (when table.Condition, forced bool) {
	for _, entry := range s.Replaces {
		name, condition, _ := strings.Cut(entry, " if ")
		if name == path {
			return table.Condition(condition), true
		}
	}
	return "", false
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
		for _, reasons := range []map[string]string{s.Differs, s.Drop} {
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
