package secretstore

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClassesThatAreRefused(t *testing.T) {
	const arn = `[{objectName: "arn:aws:secretsmanager:eu-west-1:222222222222:secret:x-aaaaaa"}]`
	for says, c := range map[string]class{
		`provider not found: provider "azure"`:     with("azure", map[string]string{"usePodIdentity": "true", "objects": arn}),
		"failoverRegion of the AWS provider":       with("aws", map[string]string{"usePodIdentity": "true", "objects": arn, "failoverRegion": "eu-central-1"}),
		"usePodIdentity must be":                   with("aws", map[string]string{"objects": arn}),
		`unknown field "objectVersion"`:            with("aws", map[string]string{"usePodIdentity": "true", "objects": "[{objectName: x, objectVersion: y}]"}),
		"objects is required":                      with("aws", map[string]string{"usePodIdentity": "true"}),
		`objectType "ssmparameter" is not`:         with("aws", map[string]string{"usePodIdentity": "true", "objects": "[{objectName: x, objectType: ssmparameter}]"}),
		`object x: objectType "" is not simulated`: with("aws", map[string]string{"usePodIdentity": "true", "objects": "[{objectName: x}]"}),
	} {
		_, err := c.objects()
		assert.ErrorContains(t, err, says)
	}
	objects, err := with("aws", map[string]string{"usePodIdentity": "true", "objects": arn}).objects()
	require.NoError(t, err)
	assert.Len(t, objects, 1)
}

func with(provider string, parameters map[string]string) class {
	var c class
	c.Spec.Provider, c.Spec.Parameters = provider, parameters
	return c
}

func TestFilesOfAnObject(t *testing.T) {
	var o object
	o.ObjectName = "shop/orders"
	files, err := o.files("plain")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"shop_orders": "plain"}, files)

	o.ObjectAlias = "db"
	o.JMESPath = append(o.JMESPath, struct {
		Path        string `json:"path"`
		ObjectAlias string `json:"objectAlias"`
	}{`user."na-me"`, "name"})
	files, err = o.files(`{"user":{"na-me":"a"}}`)
	require.NoError(t, err)
	assert.Equal(t, "a", files["name"])
	_, err = o.files(`{"user":"a"}`)
	assert.ErrorContains(t, err, "does not point to a valid object")
	_, err = o.files("plain")
	assert.ErrorContains(t, err, "invalid JSON used with jmesPath")
	o.JMESPath[0].Path = "users[0]"
	_, err = o.files(`{"users":["a"]}`)
	assert.ErrorContains(t, err, "only names with dots are")
}
