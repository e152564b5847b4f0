package unit

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/transit"
	"retail/components/vpc"
	"retail/tests/internal/recorder"
)

// A component says everything that is wrong with its arguments at once, before
// it registers anything.
func TestComponentsRefuseIncompleteArguments(t *testing.T) {
	flowLogs := vpc.FlowLogs{Traffic: "ALL", AggregationSeconds: 60, RetentionDays: 7}
	for name, test := range map[string]struct {
		make func(ctx *pulumi.Context) error
		want []string
	}{
		"vpc": {func(ctx *pulumi.Context) error { _, err := vpc.New(ctx, "main", &vpc.Args{}); return err }, []string{
			"main.physicalName: is required", "main.account: is required", "main.region: is required",
			"main.zones: at least one is required", "main.flowLogs: is required", "main.cidr: ",
		}},
		"vpc with a zone by name": {func(ctx *pulumi.Context) error {
			_, err := vpc.New(ctx, "main", &vpc.Args{
				PhysicalName: "x", Account: "222222222222", Region: "eu-west-1", CIDR: "10.20.0.0/16", PodCIDR: "100.64.0.0/16",
				Zones: []string{"eu-west-1a"}, FlowLogs: flowLogs,
			})
			return err
		}, []string{`main.zones: subnet plan: "eu-west-1a" is not a zone id`}},
		"hub": {func(ctx *pulumi.Context) error { _, err := transit.NewHub(ctx, "hub", &transit.HubArgs{}); return err }, []string{
			"hub.physicalName: is required", "hub.environments: at least one is required",
			"hub.share: must be organization, accounts or external", "hub.onPremises: exactly one of VPN and Direct Connect",
		}},
		"hub sharing with an organization it does not know": {func(ctx *pulumi.Context) error {
			_, err := transit.NewHub(ctx, "hub", &transit.HubArgs{Share: transit.ShareOrganization})
			return err
		}, []string{"hub.organization: goes with share organization"}},
		"attachment": {func(ctx *pulumi.Context) error {
			_, err := transit.NewAttachment(ctx, "main", &transit.AttachmentArgs{})
			return err
		}, []string{"main.vpcId: is required", "main.subnets: is required", "main.transitGateway: is required", "main.hub: is required"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := recorder.New(t)
			err := r.Run(test.make)
			require.Error(t, err)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
			assert.Empty(t, r.All())
		})
	}
}
