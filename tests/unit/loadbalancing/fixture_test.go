package loadbalancing_test

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/loadbalancing"
	"retail/internal/mirror"
	"retail/tests/internal/recorder"
)

const (
	stash               = "pulumi:index:Stash"
	releaseType         = "kubernetes:helm.sh/v3:Release"
	ingressClassType    = "kubernetes:networking.k8s.io/v1:IngressClass"
	ingressKind         = "kubernetes:networking.k8s.io/v1:Ingress"
	serviceKind         = "kubernetes:core/v1:Service"
	installedParams     = "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams"
	autoParams          = "kubernetes:eks.amazonaws.com/v1:IngressClassParams"
	installedBinding    = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
	autoBinding         = "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding"
	identityType        = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
	balancedCluster     = "retail-prod-main-blue"
	frontDoorTargets    = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:targetgroup/blue/1"
	loadBalancerGroup   = "sg-front-door"
	nodesGroup          = "sg-nodes"
	balancedVPC         = "vpc-1"
	theControllersChart = "main-blue-controller"
)

// enginePulumi is the engine's own provider, as stacks makes it.
type enginePulumi struct{ pulumi.ProviderResourceState }

// cage is a stand-in for the cluster that objects go with.
type cage struct{ pulumi.ResourceState }

// balanced is a cluster's load balancing with everything that acts through it.
type balanced struct {
	args loadbalancing.Args
	// more is declared once the controller is ready.
	more func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error
}

func balancing(choice loadbalancing.Choice) balanced {
	return balanced{args: loadbalancing.Args{
		Choice: choice, Account: "222222222222", Region: "eu-west-1",
		Cluster: pulumi.String(balancedCluster), ClusterArn: pulumi.String("arn:aws:eks:eu-west-1:222222222222:cluster/" + balancedCluster),
		VpcID: pulumi.String(balancedVPC), NodeSecurityGroupID: pulumi.String(nodesGroup),
		TargetGroups: map[string]pulumi.StringInput{"front-door": pulumi.String(frontDoorTargets)},
		Tags:         map[string]string{"owner": "retail-platform"},
	}}
}

// declare registers it, with a subnet for what the controller's pods wait for.
func (b balanced) declare(t *testing.T) *recorder.Recorder {
	t.Helper()
	r, err := b.try(t)
	require.NoError(t, err)
	return r
}

func (b balanced) try(t *testing.T) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		awsProvider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		kubernetesProvider, err := kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{})
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
		providers := pulumi.Providers(awsProvider, kubernetesProvider, engine)
		nodes, err := ec2.NewSubnet(ctx, "nodes", &ec2.SubnetArgs{VpcId: pulumi.String(balancedVPC), AvailabilityZoneId: pulumi.String("euw1-az1")},
			pulumi.Provider(awsProvider))
		if err != nil {
			return err
		}
		args := b.args
		args.ControlPlane, args.After = control, []pulumi.Resource{nodes}
		controller, err := loadbalancing.New(ctx, "main-blue", &args, providers)
		if err != nil || b.more == nil {
			return err
		}
		return b.more(ctx, controller, controller.Ready, providers)
	})
}

// everyKind declares one of each kind for every mode.
func everyKind(options loadbalancing.Options) func(*pulumi.Context, *loadbalancing.Controller, []pulumi.Resource, pulumi.ResourceOption) error {
	return func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
		if _, err := loadbalancing.NewBinding(ctx, "main-blue", &loadbalancing.BindingArgs{
			Mode: c.Mode(), Namespace: "store", Service: "ui", Port: 80, Admission: loadbalancing.TakesPlain, TargetPort: 8080, TargetGroupArn: pulumi.String(frontDoorTargets),
			LoadBalancerSecurityGroup: pulumi.String(loadBalancerGroup), NodeSecurityGroupID: pulumi.String(nodesGroup), After: after,
		}, opts); err != nil {
			return err
		}
		for _, mode := range c.Modes {
			checked := options
			checked.Health.Path = "/health"
			if _, err := loadbalancing.NewIngress(ctx, "main-blue", &loadbalancing.IngressArgs{
				Mode: mode, Namespace: "store", Service: "ui", Port: 80, Admission: loadbalancing.TakesPlain, Options: checked, After: after,
			}, opts); err != nil {
				return err
			}
			if _, err := loadbalancing.NewNetworkLoadBalancer(ctx, "main-blue", &loadbalancing.NetworkArgs{
				Mode: mode, Namespace: "gateways", Gateway: loadbalancing.Istio{Gateway: "store"}, Admission: loadbalancing.TakesPlain, Options: options, After: after,
			}, opts); err != nil {
				return err
			}
		}
		return nil
	}
}

// inside are options that pass every rule.
func inside() loadbalancing.Options {
	return loadbalancing.Options{SourceCIDRs: []string{"10.30.0.0/16"}}
}

func mirrored(base string) mirror.Mirror {
	return mirror.Mirror{Charts: base, Images: "registry.example/copies"}
}
