package observability_test

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/observability"
	"retail/tests/internal/recorder"
)

const (
	release    = "kubernetes:helm.sh/v3:Release"
	configMap  = "kubernetes:core/v1:ConfigMap"
	secret     = "kubernetes:core/v1:Secret"
	network    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	telemetry  = "kubernetes:telemetry.istio.io/v1:Telemetry"
	deployment = "kubernetes:apps/v1:Deployment"
	rolePolicy = "aws:iam/rolePolicy:RolePolicy"
	workspace  = "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1"
)

// enginePulumi is the engine's own provider, as stacks makes it.
type enginePulumi struct{ pulumi.ProviderResourceState }

// cage is a stand-in for the cluster that objects go with.
type cage struct{ pulumi.ResourceState }

// watched is one cluster made visible.
type watched struct {
	args observability.Args
	// mesh gives the cluster a mesh.
	mesh bool
}

// everything is a cluster with all that can run in it.
func everything() watched {
	return watched{mesh: true, args: observability.Args{
		Cluster: pulumi.String("retail-dev-main-blue"), ClusterArn: pulumi.String("arn:aws:eks:eu-west-1:222222222222:cluster/retail-dev-main-blue"),
		Region: "eu-west-1", VPC: "main", Colour: "blue", NodeCIDRs: []string{"10.20.16.0/20", "10.20.48.0/20"},
		Watch:          observability.Watch{Namespace: "store", Colours: []string{"blue"}, ErrorPercent: 1, LatencyMillis: 1000},
		RetentionHours: 24, PasswordGeneration: 1, Grafana: true, Kiali: true, AccessLogs: observability.ErrorLogs,
		Tracing: &observability.Tracing{Backend: observability.Jaeger, SamplingPercent: 10},
	}}
}

// sent is the same with measurements and traces sent to AWS.
func sent() watched {
	w := everything()
	w.args.Workspace = &observability.Workspace{
		Arn: pulumi.String(workspace), Endpoint: pulumi.String("https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/"),
	}
	w.args.Watch.Colours = []string{"blue", "green"}
	w.args.Tracing.Backend = observability.XRay
	return w
}

func (w watched) declare(t *testing.T) *recorder.Recorder {
	t.Helper()
	r, err := w.try(t)
	require.NoError(t, err)
	return r
}

func (w watched) try(t *testing.T) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		inAWS, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		inCluster, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		engine := &enginePulumi{}
		if err := ctx.RegisterResource("pulumi:providers:pulumi", "engine", pulumi.Map{}, engine); err != nil {
			return err
		}
		control := &cage{}
		if err := ctx.RegisterComponentResource("retail:cluster:Cluster", "main-blue", control); err != nil {
			return err
		}
		made := map[string]pulumi.Resource{}
		for _, name := range []string{"shop", "mesh"} {
			if made[name], err = ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{VpcId: pulumi.String("vpc-1"), AvailabilityZoneId: pulumi.String("euw1-az1")},
				pulumi.Provider(inAWS)); err != nil {
				return err
			}
		}
		args := w.args
		args.Control, args.After = control, []pulumi.Resource{made["shop"]}
		if w.mesh {
			args.Mesh = &observability.Mesh{RootNamespace: "istio-system", After: []pulumi.Resource{made["mesh"]}}
		}
		_, err = observability.New(ctx, "main-blue", &args, pulumi.Providers(inAWS, inCluster, engine))
		return err
	})
}
