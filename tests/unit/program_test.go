package unit

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/stacks"
	"retail/stacks/config"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// program is the program's body as main.go has it.
func program(ctx *pulumi.Context) error {
	loaded, err := config.Load(ctx)
	if err != nil {
		return err
	}
	return stacks.Deploy(ctx, loaded)
}

// hubOutputs are what the committed hub exports once it stands.
func hubOutputs() recorder.State {
	return recorder.State{
		"contractVersion": 1, "account": "111111111111", "region": "eu-west-1",
		"transitGatewayId": "tgw-hub", "onPremisesRouteTableId": "tgw-rtb-hub-on-premises",
		"onPremisesCidrs": []any{"192.168.0.0/17"},
		"shareArn":        "arn:aws:ram:eu-west-1:111111111111:resource-share/hub", "sharing": "accounts", "acceptance": "explicit",
		"environments": recorder.State{
			"dev": recorder.State{
				"account": "222222222222", "cidrs": []any{"10.20.0.0/16"}, "routeTableId": "tgw-rtb-hub-environment-dev",
			},
			"prod": recorder.State{
				"account": "333333333333", "cidrs": []any{"10.30.0.0/16", "10.31.0.0/16"}, "routeTableId": "tgw-rtb-hub-environment-prod",
			},
		},
	}
}

// up deploys a committed stack, with edits of its configuration, against mocks.
func up(t *testing.T, stack string, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	r := recorder.New(t).Hub(hubOutputs())
	require.NoError(t, r.Run(program, stackfile.Read(t, stack, edits...)))
	return r
}
