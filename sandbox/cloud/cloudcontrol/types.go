package cloudcontrol

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas are the types' CloudFormation schemas as the registry publishes them, cut to
// what validates: names, required members, patterns, sizes, what is create-only. ARC's own
// API takes more than they allow (a status DISABLED, ten alarms).
//
//go:embed schemas/*.json
var schemas embed.FS

// kind is a simulated resource type.
type kind struct {
	handler
	schema     *jsonschema.Schema
	text       string   // of the schema
	createOnly []string // properties
}

// types are the simulated resource types by name.
var types = map[string]*kind{
	"AWS::ARCZonalShift::ZonalAutoshiftConfiguration":         load("ZonalAutoshiftConfiguration", autoshift),
	"AWS::ARCZonalShift::AutoshiftObserverNotificationStatus": load("AutoshiftObserverNotificationStatus", observer),
}

// load reads a type's schema, which is part of this program.
func load(name string, h handler) *kind {
	text, err := schemas.ReadFile("schemas/" + name + ".json")
	if err != nil {
		panic(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource(name, document); err != nil {
		panic(err)
	}
	var own struct {
		CreateOnly []string `json:"createOnlyProperties"`
	}
	var compact bytes.Buffer
	if err := json.Unmarshal(text, &own); err != nil {
		panic(err)
	}
	if err := json.Compact(&compact, text); err != nil {
		panic(err)
	}
	out := &kind{handler: h, schema: compiler.MustCompile(name), text: compact.String()}
	for _, path := range own.CreateOnly {
		out.createOnly = append(out.createOnly, strings.TrimPrefix(path, "/properties/"))
	}
	return out
}

// validate holds a desired state to the schema.
func (k *kind) validate(text string) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	if _, object := value.(map[string]any); !object {
		return fmt.Errorf("it must be a JSON object")
	}
	return k.schema.Validate(value)
}
