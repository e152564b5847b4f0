package unit

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What the driver is told: the secret, by the pod's own role, into the Secret that the
// environment names.
func TestSecretsByReference(t *testing.T) {
	r := shopped(t, stocked())
	class := r.One(t, secretClassType, "main-blue-catalog-credentials")
	assert.Equal(t, "aws", class.String("spec.provider"))
	assert.Equal(t, "true", class.String("spec.parameters.usePodIdentity"))
	assert.JSONEq(t, `[{"objectName":"arn:aws:secretsmanager:eu-west-1:222222222222:secret:catalog","objectType":"secretsmanager","objectAlias":"database",
		"jmesPath":[{"path":"username","objectAlias":"database-username"},{"path":"password","objectAlias":"database-password"}]}]`,
		class.String("spec.parameters.objects"))
	assert.Equal(t, "catalog-credentials", class.String("spec.secretObjects[0].secretName"))
	deployment := r.One(t, deploymentType, "main-blue-catalog-deployment")
	assert.Equal(t, class.String("metadata.name"), deployment.String("spec.template.spec.volumes[1].csi.volumeAttributes.secretProviderClass"))
	assert.Equal(t, deployment.String("spec.template.spec.volumes[1].name"), deployment.String("spec.template.spec.containers[0].volumeMounts[1].name"))
	assert.True(t, deployment.WaitsFor(class))
	assert.Len(t, r.OfType(secretClassType), 3)
}
