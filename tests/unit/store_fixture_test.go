package unit

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/store"
	"retail/internal/drain"
	"retail/tests/internal/recorder"
)

const (
	deploymentType  = "kubernetes:apps/v1:Deployment"
	serviceType     = "kubernetes:core/v1:Service"
	accountType     = "kubernetes:core/v1:ServiceAccount"
	policyType      = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	disruptionType  = "kubernetes:policy/v1:PodDisruptionBudget"
	autoscalerType  = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
	secretClassType = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"
	bindingType     = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
	identityType    = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
)

// control stands for the cluster's control plane.
type control struct{ pulumi.ResourceState }

// shopOf is a shop and where its data is; gates says that there are readiness gates.
type shopOf struct {
	args  store.Args
	gates bool
	// mesh is how the shop uses a mesh, whose readiness the fixture adds; nil for none.
	mesh *store.Mesh
}

// stocked is a shop all of whose services keep their data in a store.
func stocked() shopOf {
	secret := func(name string) pulumi.StringInput {
		return pulumi.String("arn:aws:secretsmanager:eu-west-1:222222222222:secret:" + name)
	}
	key := pulumi.String("arn:aws:kms:eu-west-1:222222222222:key/data")
	return shopOf{gates: true, args: store.Args{
		Data: store.Data{
			Catalog:  &store.Database{Host: pulumi.String("mysql.example"), Port: 3306, Name: "catalog", SecretArn: secret("catalog"), KeyArn: key},
			Orders:   &store.Database{Host: pulumi.String("postgres.example"), Port: 5432, Name: "orders", SecretArn: secret("orders"), KeyArn: key},
			Carts:    &store.Table{Name: pulumi.String("carts-1"), Arn: pulumi.String("arn:aws:dynamodb:eu-west-1:222222222222:table/carts-1"), KeyArn: key},
			Checkout: &store.Cache{Host: pulumi.String("cache.example"), Port: 6379, SecretArn: secret("checkout"), KeyArn: key},
			Queue:    &store.Queue{Name: pulumi.String("events-1"), Arn: pulumi.String("arn:aws:sqs:eu-west-1:222222222222:events-1"), KeyArn: key},
		},
	}}
}

// shopped makes a shop in blue, behind a binding, and returns what was registered.
func shopped(t *testing.T, shop shopOf) *recorder.Recorder {
	t.Helper()
	r, err := tryShop(t, shop)
	require.NoError(t, err)
	return r
}

func tryShop(t *testing.T, shop shopOf) (*recorder.Recorder, error) {
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		awsProvider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		inside, err := kubernetes.NewProvider(ctx, "blue", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		cluster := &control{}
		if err := ctx.RegisterComponentResource("retail:test:cluster", "cluster", cluster); err != nil {
			return err
		}
		mesh, err := meshOf(ctx, shop.mesh, pulumi.Provider(inside))
		if err != nil {
			return err
		}
		entry, err := store.NewEntry(ctx, "main-blue", &store.EntryArgs{
			Colour: "blue", ReadinessGates: shop.gates, Control: cluster, Mesh: mesh,
		}, pulumi.Providers(inside))
		if err != nil {
			return err
		}
		binding, err := apiextensions.NewCustomResource(ctx, "binding", &apiextensions.CustomResourceArgs{
			ApiVersion: pulumi.String("elbv2.k8s.aws/v1beta1"), Kind: pulumi.String("TargetGroupBinding"),
		}, pulumi.Provider(inside), pulumi.DependsOn(entry.Ready))
		if err != nil {
			return err
		}
		args := shop.args
		args.Entry, args.Control, args.After, args.Bound = entry, cluster, []pulumi.Resource{binding}, []pulumi.Resource{binding}
		args.Cluster, args.ClusterArn, args.Region, args.Colour = pulumi.String("blue"), pulumi.String("arn:blue"), "eu-west-1", "blue"
		args.Times = store.Times(drain.Behind(30, !shop.gates))
		args.EntryCIDRs = []string{"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"}
		args.DataCIDRs = []string{"10.0.8.0/24", "10.0.9.0/24"}
		if args.Zones == 0 {
			args.Zones = 3
		}
		_, err = store.New(ctx, "main-blue", &args, pulumi.Providers(awsProvider, inside))
		return err
	})
}

// list returns a list among a resource's inputs as plain values.
func list(t *testing.T, r *recorder.Resource, path string) []any {
	t.Helper()
	all, ok := r.Value(path).Mappable().([]any)
	require.Truef(t, ok, "%s has no list %s", r.Name, path)
	return all
}
