package addons

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
	"retail/internal/versions"
)

// CredentialsArgs configures the add-on that brings secrets of AWS Secrets Manager into
// pods. It serves clusters with managed nodes and with EKS Auto Mode, whose nodes have no
// such driver of their own.
type CredentialsArgs struct {
	// Cluster, ClusterArn, Version: as in [BeforeNodesArgs]. Required.
	Cluster, ClusterArn pulumi.StringInput
	Version             string
	// ControlPlane: as in [BeforeNodesArgs].
	ControlPlane pulumi.Resource
	// Region is the AWS Region of the secrets. Required.
	Region string
	// After is what must stand before the add-on: the agent of EKS Pod Identity and the
	// nodes, with managed nodes.
	After []pulumi.Resource
	// Overrides are by add-on name, as in [BeforeNodesArgs].
	Overrides map[string]Override
	// Tags are set on the add-on, on top of the AWS provider's default tags.
	Tags map[string]string
}

// NewCredentials declares the Secrets Store CSI driver with its AWS provider. Pods fetch
// their secrets with their own role, so that the driver itself has none.
func NewCredentials(ctx *pulumi.Context, name string, args *CredentialsArgs, opts ...pulumi.ResourceOption) (*Addons, error) {
	var problems problem.List
	all := shared(args.Cluster, args.ClusterArn, args.Version, args.Overrides, args.Tags, &problems)
	all.controlPlane = args.ControlPlane
	if args.Region == "" {
		problems.Add("region", "is required", nil, "set it")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	a := &Addons{ByName: map[string]*eks.Addon{}}
	if err := ctx.RegisterComponentResource("retail:addons:Credentials", name, a, opts...); err != nil {
		return nil, err
	}
	if err := a.add(ctx, name, all, spec{
		name: versions.SecretsStore, config: newSecretsStoreConfig(args.Region), after: args.After,
	}); err != nil {
		return nil, err
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// secretsStoreConfig is the configuration of the AWS provider, and of the driver that
// comes with it (aws/secrets-store-csi-driver-provider-aws and Secrets Store CSI Driver,
// values of their charts).
type secretsStoreConfig struct {
	Region string       `json:"awsRegion"`
	Driver secretDriver `json:"secrets-store-csi-driver"`
}

type secretDriver struct {
	// SyncSecret copies secrets into Secrets of Kubernetes, for environment variables.
	SyncSecret enabled `json:"syncSecret"`
	// EnableSecretRotation looks for new values, at intervals of RotationPollInterval.
	EnableSecretRotation bool   `json:"enableSecretRotation"`
	RotationPollInterval string `json:"rotationPollInterval"`
}

// rotationPoll is how often the driver looks for new values. From its release 1.6.0 on it is
// the shortest time between two looks, for which the kubelet asks at intervals of its own
// (Secrets Store CSI Driver, release notes of 1.6.0). From a rotation
// until pods have been replaced, new connections fail, so that it is half the driver's
// default of two minutes. Each look is a call of GetSecretValue for every pod and secret,
// which is paid for by the call: a few dozen pods make some tens of thousands a day.
const rotationPoll = "1m"

func newSecretsStoreConfig(region string) secretsStoreConfig {
	return secretsStoreConfig{
		Region: region,
		Driver: secretDriver{SyncSecret: enabled{true}, EnableSecretRotation: true, RotationPollInterval: rotationPoll},
	}
}
