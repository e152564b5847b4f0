package mesh_test

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/internal/mirror"
)

// K11: what an earlier mesh left behind is taken over, definitions and policy alike; the
// file itself, which is no object, is left as it is.
func TestDefinitionsLeftBehindAreTakenOverK11(t *testing.T) {
	file := installed(t, args(), mirror.Mirror{}).One(t, fileType, "main-blue-gateway-api")
	require.Len(t, file.Transforms, 1)
	takeOver := file.Transforms[0]
	for name, annotations := range map[string]pulumi.Map{
		"annotated": {"gateway.networking.k8s.io/channel": pulumi.String("standard")}, "plain": nil,
	} {
		metadata := pulumi.Map{"name": pulumi.String("gateways.gateway.networking.k8s.io")}
		want := pulumi.Map{"pulumi.com/patchForce": pulumi.String("true")}
		if annotations != nil {
			metadata["annotations"] = annotations
			want["gateway.networking.k8s.io/channel"] = pulumi.String("standard")
		}
		made := takeOver(context.Background(), &pulumi.ResourceTransformArgs{Props: pulumi.Map{"metadata": metadata}})
		require.NotNil(t, made, name)
		assert.Equal(t, want, made.Props["metadata"].(pulumi.Map)["annotations"], name)
	}
	assert.Nil(t, takeOver(context.Background(), &pulumi.ResourceTransformArgs{Props: pulumi.Map{"file": pulumi.String("x")}}))
}
