package facts_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/dlclark/regexp2/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/facts"
	"retail/sandbox/facts/internal/table"
)

func readTables(t *testing.T) map[string]*table.File {
	t.Helper()
	names, err := filepath.Glob("tables/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	files := map[string]*table.File{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		file := &table.File{}
		require.NoError(t, json.Unmarshal(text, file), name)
		files[name] = file
	}
	return files
}

var scalars = map[string]bool{
	"string": true, "bool": true, "integer": true, "number": true, "json": true, "asset": true,
}

// elementary strips lists and maps from a type.
func elementary(kind string) string {
	for _, prefix := range []string{"[]", "map[string]"} {
		if len(kind) > len(prefix) && kind[:len(prefix)] == prefix {
			return elementary(kind[len(prefix):])
		}
	}
	return kind
}

func TestEveryTypeInTheTablesIsKnown(t *testing.T) {
	for name, file := range readTables(t) {
		known := func(owner, property, kind string) {
			_, object := file.Objects[elementary(kind)]
			assert.True(t, object || scalars[elementary(kind)], "%s: %s.%s has the unknown type %q", name, owner, property, kind)
		}
		inputs := map[string]table.Properties{}
		for token, resource := range file.Resources {
			inputs[token] = resource.Properties
			for property, kind := range resource.Outputs {
				known(token, property, kind)
			}
		}
		for token, function := range file.Functions {
			inputs[token] = function.Arguments
			for result, kind := range function.Results {
				known(token, result, kind)
			}
		}
		for object, properties := range file.Objects {
			inputs[object] = properties
		}
		for owner, properties := range inputs {
			for property, p := range properties {
				known(owner, property, p.Type)
			}
		}
	}
}

func TestEveryRuleCanBeAppliedAndMet(t *testing.T) {
	for name, file := range readTables(t) {
		all := []table.Properties{}
		for _, r := range file.Resources {
			all = append(all, r.Properties)
		}
		for _, o := range file.Objects {
			all = append(all, o)
		}
		for _, properties := range all {
			for property, p := range properties {
				for _, rule := range p.Rules {
					where := name + ": " + property
					assert.NotEmpty(t, rule.From, where)
					assert.True(t, rule.Enum != nil || rule.Pattern != "" || rule.Min != nil || rule.Max != nil, "%s: a rule without a limit", where)
					_, err := regexp2.Compile(rule.Pattern, regexp2.RE2)
					assert.NoError(t, err, where)
					if rule.Min != nil && rule.Max != nil {
						assert.LessOrEqual(t, *rule.Min, *rule.Max, where)
					}
				}
			}
		}
	}
}

// Every input of a resource is part of its state, a name is generated only for
// an optional text property, and the tokens of a table are found.
func TestResourcesAreConsistent(t *testing.T) {
	for name, file := range readTables(t) {
		for token := range file.Resources {
			typ, ok := facts.For(token)
			require.True(t, ok, "%s: %s", name, token)
			outputs := typ.Outputs()
			for property, p := range typ.Properties() {
				assert.Contains(t, outputs, property, "%s: input that is no output", token)
				assert.NotContains(t, typ.Check(map[string]any{property: facts.Unknown{}}),
					facts.Violation{Path: property, Reason: "is required (pulumi-aws)"}, "an unknown value counts as given")
				if p.Replaces {
					assert.True(t, typ.Replaces(property))
					assert.Equal(t, []string{property}, typ.ReplacesWithin(property))
				}
			}
			if property, longest, ok := typ.Autoname(); ok {
				require.Contains(t, typ.Properties(), property, token)
				assert.Equal(t, facts.Kind("string"), typ.Properties()[property].Kind, token)
				assert.False(t, typ.Properties()[property].Required, token)
				assert.Positive(t, longest, token)
			}
		}
		for token := range file.Functions {
			function, ok := facts.Function(token)
			require.True(t, ok, token)
			assert.NotEmpty(t, function.Results(), token)
		}
	}
}

func TestEveryRequiredPropertyIsMissedByName(t *testing.T) {
	resources, _ := facts.Tokens()
	require.NotEmpty(t, resources)
	for _, token := range resources {
		typ, _ := facts.For(token)
		missing := map[string]bool{}
		for _, violation := range typ.Check(nil) {
			missing[violation.Path] = true
		}
		for name, property := range typ.Properties() {
			assert.Equal(t, property.Required, missing[name], "%s: %s", token, name)
		}
	}
}
