package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// cfnDatabase is what is used of the database in @aws-cdk/aws-service-spec. Its
// form is described by @aws-cdk/service-spec-types.
type cfnDatabase struct {
	Schema struct {
		Resource struct {
			Entities []cfnEntity `json:"entities"`
		} `json:"resource"`
		TypeDefinition struct {
			Entities []cfnEntity `json:"entities"`
		} `json:"typeDefinition"`
	} `json:"schema"`
	definitions map[string]*cfnEntity
}

// cfnEntity is a resource type or a type definition.
type cfnEntity struct {
	ID         string                 `json:"$id"`
	Type       string                 `json:"cloudFormationType"`
	Properties map[string]cfnProperty `json:"properties"`
}

type cfnProperty struct {
	Type     cfnType `json:"type"`
	Required bool    `json:"required"`
	Replaces string  `json:"causesReplacement"` // yes, no, maybe
}

type cfnType struct {
	Type          string    `json:"type"`
	AllowedValues []any     `json:"allowedValues"`
	Element       *cfnType  `json:"element"`
	Types         []cfnType `json:"types"`
	Reference     struct {
		ID string `json:"$ref"`
	} `json:"reference"`
}

func openCFN(file string) (*cfnDatabase, error) {
	db := &cfnDatabase{definitions: map[string]*cfnEntity{}}
	if err := readGzipJSON(file, db); err != nil {
		return nil, err
	}
	for i, definition := range db.Schema.TypeDefinition.Entities {
		db.definitions[definition.ID] = &db.Schema.TypeDefinition.Entities[i]
	}
	if len(db.Schema.Resource.Entities) == 0 || len(db.definitions) == 0 {
		return nil, fmt.Errorf("%s is no database of @aws-cdk/aws-service-spec", file)
	}
	return db, nil
}

func readGzipJSON(file string, into any) (err error) {
	packed, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, packed.Close()) }()
	text, err := gzip.NewReader(packed)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := json.NewDecoder(text).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return text.Close()
}

// resource is the shape of a CloudFormation resource type.
func (db *cfnDatabase) resource(name string) (shape, error) {
	for i := range db.Schema.Resource.Entities {
		if db.Schema.Resource.Entities[i].Type == name {
			return cfnShape{db: db, entity: &db.Schema.Resource.Entities[i]}, nil
		}
	}
	return nil, fmt.Errorf("CloudFormation has no resource type %s", name)
}

// cfnShape is a structure (entity) or any other type.
type cfnShape struct {
	db     *cfnDatabase
	entity *cfnEntity
	typ    cfnType
}

func (db *cfnDatabase) shape(t cfnType) cfnShape {
	if t.Type == "union" { // the first alternative is the current one
		for _, alternative := range t.Types {
			if alternative.Type != "json" && alternative.Type != "null" {
				return db.shape(alternative)
			}
		}
	}
	return cfnShape{db: db, typ: t, entity: db.definitions[t.Reference.ID]}
}

func (s cfnShape) member(name string) (member, bool) {
	if s.entity == nil {
		return member{}, false
	}
	for key, property := range s.entity.Properties {
		if strings.EqualFold(key, name) {
			return member{
				shape:    s.db.shape(property.Type),
				required: property.Required,
				replaces: property.Replaces == "yes",
			}, true
		}
	}
	return member{}, false
}

func (s cfnShape) element() shape {
	if s.typ.Type != "array" {
		return nil
	}
	return s.db.shape(*s.typ.Element)
}

func (s cfnShape) entry() (key, value shape) {
	if s.typ.Type != "map" {
		return nil, nil
	}
	return cfnShape{db: s.db}, s.db.shape(*s.typ.Element)
}

func (s cfnShape) holds(kind string) bool { return s.typ.Type == kind }

func (s cfnShape) rule() table.Rule {
	var rule table.Rule
	for _, value := range s.typ.AllowedValues {
		rule.Enum = append(rule.Enum, fmt.Sprint(value))
	}
	return rule
}
