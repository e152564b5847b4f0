package unit

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"retail/components/frontdoor"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

const (
	loadBalancer = "aws:lb/loadBalancer:LoadBalancer"
	targetGroup  = "aws:lb/targetGroup:TargetGroup"
	listener     = "aws:lb/listener:Listener"
	listenerRule = "aws:lb/listenerRule:ListenerRule"
	metricAlarm  = "aws:cloudwatch/metricAlarm:MetricAlarm"
	webACL       = "aws:wafv2/webAcl:WebAcl"
	record       = "aws:route53/record:Record"
	distribution = "aws:cloudfront/distribution:Distribution"
	egressRule   = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
)

const topic = "arn:aws:sns:eu-west-1:222222222222:on-call"

// doorArgs is the front door of a VPC with both colours, of which blue serves.
func doorArgs(edits ...func(*frontdoor.Args)) *frontdoor.Args {
	args := &frontdoor.Args{
		PhysicalName: "retail-prod-main", Account: "222222222222", Region: "eu-west-1", VpcID: pulumi.String("vpc-1"),
		Subnets: subnets("subnet-public-"), TargetCIDRs: []string{"100.64.0.0/16"},
		Target: frontdoor.Target{Port: 8080, HealthPath: "/ready", SlowStartSeconds: 30},
		Hosts:  []string{"shop.example.com"}, CertificateArn: pulumi.String("arn:aws:acm:eu-west-1:222222222222:certificate/1"),
		Colours: []string{"green", "blue"}, Serving: []string{"blue"}, TestKeyGeneration: 1,
		Firewall: &frontdoor.Firewall{RateLimit: 2000}, AlarmTopics: []string{topic}, LogRetentionDays: 365,
	}
	for _, edit := range edits {
		edit(args)
	}
	return args
}

// opened makes a front door and divides its traffic by weights.
func opened(t *testing.T, name string, args *frontdoor.Args, weights map[string]int) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		door, err := frontdoor.New(ctx, name, args, pulumi.Providers(provider))
		if err != nil {
			return err
		}
		_, err = frontdoor.NewTraffic(ctx, name, &frontdoor.TrafficArgs{
			ListenerArn: door.ListenerArn, Hosts: args.Hosts, OriginKeys: args.OriginKeys,
			Weights: weights, TargetGroups: door.TargetGroups, After: door.Attached["green"], Unprotected: args.Unprotected,
		}, pulumi.Providers(provider))
		return err
	})
}

func door(t *testing.T, edits ...func(*frontdoor.Args)) *recorder.Recorder {
	t.Helper()
	r, err := opened(t, "main", doorArgs(edits...), map[string]int{"blue": 100, "green": 0})
	require.NoError(t, err)
	return r
}

// customersOf edits a committed stack so that its VPCs have front doors behind an entrance, and
// nothing else that customers need: no shop, no stores.
func customersOf(kind string, vpcs []string, entrance map[string]any, edits ...func(map[string]any)) []func(map[string]any) {
	all := map[string]any{"kind": kind, "domain": "shop.example.com"}
	for key, value := range entrance {
		all[key] = value
	}
	change := []func(map[string]any){stackfile.WithoutLattice, stackfile.Set("entrance", all)}
	for _, vpc := range vpcs {
		for _, part := range []string{"shop", "observability", "datastores", "clusters.blue.loadBalancing", "clusters.green.loadBalancing",
			"clusters.blue.mesh", "clusters.green.mesh"} {
			change = append(change, stackfile.Set("vpcs."+vpc+"."+part, nil))
		}
		change = append(change, stackfile.Set("vpcs."+vpc+".frontDoor", map[string]any{"alarmTopics": []any{topic}}))
	}
	return append(change, edits...)
}
