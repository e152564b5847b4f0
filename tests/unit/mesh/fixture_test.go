// Package mesh_test checks what the mesh's installation declares.
package mesh_test

import (
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/gatewayapi"
	"retail/components/mesh"
	"retail/internal/mirror"
	"retail/tests/internal/recorder"
)

const (
	releaseType   = "kubernetes:helm.sh/v3:Release"
	namespaceType = "kubernetes:core/v1:Namespace"
	clusterName   = "retail-prod-main-blue"
)

// parts are the releases in the order in which they are installed.
var parts = []string{"main-blue-istio-base", "main-blue-istiod", "main-blue-istio-cni", "main-blue-ztunnel"}

// cage stands in for the cluster that objects go with.
type cage struct{ pulumi.ResourceState }

func args() mesh.Args {
	return mesh.Args{Level: mesh.L7, Version: "1.30.4", TrustDomain: clusterName}
}

// installed declares the Gateway API's definitions, the mesh, and an object that waits for it.
func installed(t *testing.T, args mesh.Args, copies mirror.Mirror) *recorder.Recorder {
	t.Helper()
	r := recorder.New(t).Resource("kubernetes:security.istio.io/v1:PeerAuthentication", named)
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		provider, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		control := &cage{}
		if err := ctx.RegisterComponentResource("retail:cluster:Cluster", "main-blue", control); err != nil {
			return err
		}
		inside := pulumi.Providers(provider)
		definitions, err := gatewayapi.New(ctx, "main-blue", &gatewayapi.Args{Control: control}, inside)
		if err != nil {
			return err
		}
		args.Control, args.After, args.Mirror = control, definitions.Ready, copies
		made, err := mesh.New(ctx, "main-blue", &args, inside)
		if err != nil {
			return err
		}
		var policy struct{ pulumi.CustomResourceState }
		return ctx.RegisterResource("kubernetes:security.istio.io/v1:PeerAuthentication", "strict", pulumi.Map{}, &policy,
			pulumi.Provider(provider), pulumi.DependsOn(made.Ready))
	}))
	return r
}

func named(name string, _ resource.PropertyMap) (string, recorder.State) { return name, nil }
