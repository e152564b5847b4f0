package stacks

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
	"retail/stacks/config"
)

// newAWS makes the provider for one account and asks AWS whose it is before
// anything else is registered with it. Default tags are set here and nowhere
// else. Nothing of the caller's environment but its credentials is used.
func newAWS(ctx *pulumi.Context, name, path string, target config.AWS, defaults map[string]string) (*aws.Provider, error) {
	provider, err := aws.NewProvider(ctx, name, &aws.ProviderArgs{
		Region:            pulumi.String(target.Region),
		AllowedAccountIds: pulumi.StringArray{pulumi.String(target.Account)},
		AssumeRole: aws.ProviderAssumeRoleArgs{
			RoleArn: pulumi.String(target.DeployRole), SessionName: pulumi.String(target.SessionName),
		},
		DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(defaults)},
		// A profile in the shell must not decide whose account this is.
		Profile:              pulumi.String(""),
		SkipMetadataApiCheck: pulumi.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return provider, confirmAccount(ctx, path, target, provider)
}

// confirmAccount is case S3: an account is no part of a resource's identity, so
// in the wrong one a run would make everything again.
func confirmAccount(ctx *pulumi.Context, path string, target config.AWS, provider pulumi.ProviderResource) error {
	identity, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, pulumi.Provider(provider))
	if err != nil {
		return problem.Under(path, fmt.Errorf("account %s cannot be reached as %s: %w", target.Account, target.DeployRole, err))
	}
	if identity.AccountId != target.Account {
		return &problem.Problem{
			Path: path + ".account", Rule: "the credentials must lead to account " + target.Account,
			Got:    fmt.Sprintf("account %s (%s)", identity.AccountId, identity.Arn),
			Remedy: "correct account and deployRole, or the credentials the program starts from; nothing was changed",
		}
	}
	return nil
}

// defaultTags are what every AWS resource of the stack carries.
func defaultTags(ctx *pulumi.Context, set config.Tags) map[string]string {
	all := map[string]string{}
	maps.Copy(all, set.Extra)
	maps.Copy(all, map[string]string{
		"project":     project,
		"stack":       ctx.Stack(),
		"managed-by":  "pulumi",
		"owner":       set.Owner,
		"cost-centre": set.CostCentre,
	})
	return all
}

// newEKS makes the provider of the component package pulumi-eks. It has no
// settings; it exists so that no default provider is needed.
func newEKS(ctx *pulumi.Context) (*eks.Provider, error) {
	return eks.NewProvider(ctx, "eks", &eks.ProviderArgs{})
}

// engineProvider is an explicit provider of what the engine itself offers, of
// which this program uses stack references.
type engineProvider struct{ pulumi.ProviderResourceState }

func newEngine(ctx *pulumi.Context) (*engineProvider, error) {
	provider := &engineProvider{}
	return provider, ctx.RegisterResource("pulumi:providers:pulumi", "engine", pulumi.Map{}, provider)
}
