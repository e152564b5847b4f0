package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// environ is how a Go program learns what it is run for: the variables that
// pulumi.Run of Pulumi's Go SDK reads.
func environ(request *pulumirpc.RunRequest, engine string) ([]string, error) {
	config, err := json.Marshal(request.Config)
	if err != nil {
		return nil, fmt.Errorf("config of stack %s: %w", request.Stack, err)
	}
	secret, err := json.Marshal(request.ConfigSecretKeys)
	if err != nil {
		return nil, fmt.Errorf("secret config keys of stack %s: %w", request.Stack, err)
	}
	return []string{
		pulumi.EnvOrganization + "=" + request.Organization,
		pulumi.EnvProject + "=" + request.Project,
		pulumi.EnvPulumiRootDirectory + "=" + request.Info.GetRootDirectory(),
		pulumi.EnvStack + "=" + request.Stack,
		pulumi.EnvConfig + "=" + string(config),
		pulumi.EnvConfigSecretKeys + "=" + string(secret),
		pulumi.EnvDryRun + "=" + strconv.FormatBool(request.DryRun),
		pulumi.EnvParallel + "=" + strconv.Itoa(int(request.Parallel)),
		pulumi.EnvMonitor + "=" + request.MonitorAddress,
		pulumi.EnvEngine + "=" + engine,
	}, nil
}
