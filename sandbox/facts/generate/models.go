package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// models reads AWS's API models, one file per service in botocore's form
// ("ec2.json.gz"), as they are needed.
type models struct {
	dir      string
	services map[string]*model
}

// model is one service's API.
type model struct {
	Operations map[string]struct {
		Input struct {
			Shape string `json:"shape"`
		} `json:"input"`
	} `json:"operations"`
	Shapes map[string]*modelShape `json:"shapes"`
}

type modelShape struct {
	Type     string              `json:"type"`
	Required []string            `json:"required"`
	Members  map[string]modelRef `json:"members"`
	Member   *modelRef           `json:"member"`
	Key      *modelRef           `json:"key"`
	Value    *modelRef           `json:"value"`
	Enum     []string            `json:"enum"`
	Pattern  string              `json:"pattern"`
	Min      *float64            `json:"min"`
	Max      *float64            `json:"max"`
}

type modelRef struct {
	Shape string `json:"shape"`
}

// operation is the input shape of an operation named "ec2:CreateVpc".
func (m *models) operation(name string) (shape, error) {
	service, operation, ok := strings.Cut(name, ":")
	if !ok {
		return nil, fmt.Errorf("%q is no operation (want service:Operation)", name)
	}
	loaded, ok := m.services[service]
	if !ok {
		loaded = &model{}
		if err := readGzipJSON(filepath.Join(m.dir, service+".json.gz"), loaded); err != nil {
			return nil, err
		}
		m.services[service] = loaded
	}
	input := loaded.Operations[operation].Input.Shape
	if input == "" {
		return nil, fmt.Errorf("%s has no operation %s with an input", service, operation)
	}
	return apiShape{loaded, loaded.Shapes[input]}, nil
}

// apiShape is a shape with the model it is of.
type apiShape struct {
	model *model
	shape *modelShape
}

func (s apiShape) at(ref modelRef) apiShape { return apiShape{s.model, s.model.Shapes[ref.Shape]} }

func (s apiShape) member(name string) (member, bool) {
	for key, ref := range s.shape.Members {
		if !strings.EqualFold(key, name) {
			continue
		}
		found := member{shape: s.at(ref)}
		for _, required := range s.shape.Required {
			found.required = found.required || required == key
		}
		return found, true
	}
	return member{}, false
}

func (s apiShape) element() shape {
	if s.shape.Member == nil {
		return nil
	}
	return s.at(*s.shape.Member)
}

func (s apiShape) entry() (key, value shape) {
	if s.shape.Key == nil || s.shape.Value == nil {
		return nil, nil
	}
	return s.at(*s.shape.Key), s.at(*s.shape.Value)
}

func (s apiShape) holds(kind string) bool {
	switch s.shape.Type {
	case "long":
		return kind == "integer"
	case "float", "double":
		return kind == "number"
	}
	return s.shape.Type == kind
}

func (s apiShape) rule() table.Rule {
	return table.Rule{Enum: s.shape.Enum, Pattern: s.shape.Pattern, Min: s.shape.Min, Max: s.shape.Max}
}
