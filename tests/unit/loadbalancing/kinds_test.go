package loadbalancing_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/components/loadbalancing"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// chart is where the chart's values and resource definitions are.
func chart(t *testing.T, file string) string {
	t.Helper()
	return filepath.Join(stackfile.Root(t), "sandbox", "charts", "aws-load-balancer-controller", file)
}

// Every value that is set is one the chart knows. A map that is empty in the chart's
// values, such as resources, is open below.
func TestTheChartKnowsEveryValue(t *testing.T) {
	text, err := os.ReadFile(chart(t, "values.yaml"))
	require.NoError(t, err)
	var known map[string]any
	require.NoError(t, yaml.Unmarshal(text, &known))
	b := balancing(loadbalancing.Managed)
	b.args.NodeSelector = map[string]string{"pool": "system"}
	b.args.Tolerations = []loadbalancing.Toleration{{Key: "CriticalAddonsOnly", Operator: "Exists"}}
	values := b.declare(t).One(t, releaseType, theControllersChart).Value("values").Mappable().(map[string]any)
	require.Contains(t, values, "tolerations")
	unknownKeys(t, "values", values, known)
}

func unknownKeys(t *testing.T, path string, values, known map[string]any) {
	t.Helper()
	for key, value := range values {
		allowed, found := known[key]
		assert.True(t, found, "%s.%s is not a value of the chart", path, key)
		inner, isMap := value.(map[string]any)
		if below, hasKeys := allowed.(map[string]any); isMap && hasKeys && len(below) > 0 {
			unknownKeys(t, path+"."+key, inner, below)
		}
	}
}

// schema is the part of a resource definition that is looked at.
type schema struct {
	Spec struct {
		Group    string
		Names    struct{ Kind string }
		Versions []struct {
			Name   string
			Schema struct {
				OpenAPI fieldsOf `yaml:"openAPIV3Schema"`
			}
		}
	}
}

type fieldsOf struct {
	Required   []string
	Enum       []string
	Properties map[string]fieldsOf
	Items      *fieldsOf
	Additional *fieldsOf `yaml:"additionalProperties"`
}

// definition returns the schema of a kind's spec.
func definition(t *testing.T, version, kind string) fieldsOf {
	t.Helper()
	file, err := os.Open(chart(t, filepath.Join("crds", "crds.yaml")))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	decoder := yaml.NewDecoder(file)
	for {
		var found schema
		if err := decoder.Decode(&found); err == io.EOF { //nolint:errorlint // the decoder returns it as it is
			t.Fatalf("no definition of %s %s", version, kind)
		} else {
			require.NoError(t, err)
		}
		for _, one := range found.Spec.Versions {
			if found.Spec.Names.Kind == kind && found.Spec.Group+"/"+one.Name == version {
				return one.Schema.OpenAPI.Properties["spec"]
			}
		}
	}
}

func conforms(t *testing.T, path string, value any, fields fieldsOf) {
	t.Helper()
	switch value := value.(type) {
	case map[string]any:
		for _, key := range fields.Required {
			assert.Contains(t, value, key, path)
		}
		for key, inner := range value {
			below, known := fields.Properties[key]
			if fields.Additional != nil {
				below, known = *fields.Additional, true
			}
			assert.True(t, known, "%s.%s is no field of the definition", path, key)
			conforms(t, path+"."+key, inner, below)
		}
	case []any:
		require.NotNil(t, fields.Items, path)
		for _, inner := range value {
			conforms(t, path, inner, *fields.Items)
		}
	case string:
		if len(fields.Enum) > 0 {
			assert.Contains(t, fields.Enum, value, path)
		}
	}
}

// The controller's own definitions have every field that is set, and what they require is.
func TestObjectsConformToTheControllersDefinitions(t *testing.T) {
	b := balancing(loadbalancing.Managed)
	b.more = everyKind(inside())
	r := b.declare(t)
	for kind, object := range map[string]*recorder.Resource{
		"TargetGroupBinding": r.One(t, installedBinding, "main-blue-binding-ui"),
		"IngressClassParams": r.One(t, installedParams, "main-blue-params-alb"),
	} {
		fields := definition(t, "elbv2.k8s.aws/v1beta1", kind)
		require.NotEmpty(t, fields.Properties)
		conforms(t, kind, object.Value("spec").Mappable(), fields)
	}
}

// Auto Mode's kinds require the target type, know no peers of rules, and find subnets and
// tags by themselves.
func TestKindsOfAutoMode(t *testing.T) {
	b := balancing(loadbalancing.AutoMode)
	var gates bool
	kinds := everyKind(inside())
	b.more = func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
		gates = c.ReadinessGates
		return kinds(ctx, c, after, opts)
	}
	r := b.declare(t)
	assert.False(t, gates, "L7: Auto Mode has no readiness gates")
	assert.Equal(t, map[string]any{
		"serviceRef": map[string]any{"name": "ui", "port": 80.0}, "targetGroupARN": frontDoorTargets, "targetType": "ip", "ipAddressType": "ipv4",
	}, r.One(t, autoBinding, "main-blue-binding-ui").Value("spec").Mappable())
	assert.Equal(t, map[string]any{"scheme": "internal", "ipAddressType": "ipv4"},
		r.One(t, autoParams, "main-blue-params-eks-auto-alb").Value("spec").Mappable())
}
