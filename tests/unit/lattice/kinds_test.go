package lattice_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/stackfile"
)

// fields are the part of a schema that is looked at.
type fields struct {
	Required         []string
	Enum             []any
	Minimum, Maximum *float64
	Properties       map[string]fields
	Items            *fields
}

// schemas are the controller's own kinds, by name, as its release defines them.
func schemas(t *testing.T) map[string]fields {
	t.Helper()
	file, err := os.Open(filepath.Join(stackfile.Root(t), "components", "gatewayapi", "lattice.jsonl"))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	kinds := map[string]fields{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var definition struct {
			Spec struct {
				Names    struct{ Kind string }
				Versions []struct {
					Schema struct {
						OpenAPI fields `json:"openAPIV3Schema"`
					}
				}
			}
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &definition))
		kinds[definition.Spec.Names.Kind] = definition.Spec.Versions[0].Schema.OpenAPI
	}
	require.Len(t, kinds, 7)
	return kinds
}

// K3, V8: every object of the controller's kinds fits the definitions of its release, field by
// field.
func TestObjectsFitTheControllersDefinitionsK3V8(t *testing.T) {
	kinds, checked := schemas(t), 0
	r := devWith(t, map[string]any{"routes": "green", "takeOverFrom": "blue"}, traffic(0, 100))
	for token, kind := range map[string]string{
		serviceExport: "ServiceExport", serviceImport: "ServiceImport", groupPolicy: "TargetGroupPolicy", iamAuthPolicy: "IAMAuthPolicy",
	} {
		objects := r.OfType(token)
		require.NotEmpty(t, objects, kind)
		for _, object := range objects {
			fits(t, object.Name+".spec", kinds[kind].Properties["spec"], object.Value("spec").Mappable())
			checked++
		}
	}
	assert.Equal(t, 2+4+2+2, checked)
}

func fits(t *testing.T, path string, schema fields, value any) {
	t.Helper()
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			known, found := schema.Properties[key]
			if assert.True(t, found, "%s.%s is no field", path, key) {
				fits(t, path+"."+key, known, inner)
			}
		}
		for _, key := range schema.Required {
			assert.Contains(t, value, key, path)
		}
	case []any:
		if assert.NotNil(t, schema.Items, "%s is no list", path) {
			for i, inner := range value {
				fits(t, fmt.Sprintf("%s[%d]", path, i), *schema.Items, inner)
			}
		}
	case float64:
		assert.False(t, schema.Minimum != nil && value < *schema.Minimum || schema.Maximum != nil && value > *schema.Maximum, "%s: %v", path, value)
	default:
		assert.True(t, len(schema.Enum) == 0 || slices.Contains(schema.Enum, value), "%s: %v is none of %v", path, value, schema.Enum)
	}
}
