// Package live asks AWS and clusters how a VPC stands: it is what `retail drill` and
// `retail shift` share of their way to the world. Nothing here changes anything.
package live

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// SignIn signs in to AWS with the SDK's usual variables and files. The role is assumed,
// under the name of the session, unless it is empty. Who is signed in must be of the
// account.
func SignIn(ctx context.Context, region, account, role, session string) (aws.Config, error) {
	config, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(region))
	if err != nil {
		return config, err
	}
	if role != "" {
		config.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(config), role,
			func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = session }))
	}
	me, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return config, fmt.Errorf("signing in to AWS: %w", err)
	}
	if aws.ToString(me.Account) != account {
		return config, fmt.Errorf("--role: must be of account %s, got %s (%s): name a role of that account", account, aws.ToString(me.Account), aws.ToString(me.Arn))
	}
	return config, nil
}
