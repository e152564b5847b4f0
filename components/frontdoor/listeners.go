package frontdoor

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// The TLS policies that AWS recommends since September 2025, with post-quantum key exchange
// for clients that know it (Application Load Balancers, "Security policies"): TLS 1.3 and
// TLS 1.2 with forward secrecy and authenticated encryption; TLS 1.3 alone.
const (
	tlsPolicy     = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
	onlyTLS13     = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
	strictSeconds = "31536000" // a year, in which a browser never tries plain HTTP again
)

// listeners makes the HTTPS listener and, for browsers that come without TLS, one that sends
// them there. CloudFront never comes without: it redirects by itself.
func (b *builder) listeners() error {
	policy := tlsPolicy
	if b.args.OnlyTLS13 {
		policy = onlyTLS13
	}
	https, err := lb.NewListener(b.ctx, names.Child(b.name, "https"), &lb.ListenerArgs{
		LoadBalancerArn: b.balancer.Arn, Protocol: pulumi.String("HTTPS"), Port: pulumi.Int(443),
		SslPolicy: pulumi.String(policy), CertificateArn: b.args.CertificateArn,
		RoutingHttpResponseServerEnabled:                      pulumi.Bool(false),
		RoutingHttpResponseStrictTransportSecurityHeaderValue: pulumi.String("max-age=" + strictSeconds),
		// Who comes by another name, such as the load balancer's own, finds nothing.
		DefaultActions: lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
			Type: pulumi.String("fixed-response"),
			FixedResponse: lb.ListenerDefaultActionFixedResponseArgs{
				ContentType: pulumi.String("text/plain"), MessageBody: pulumi.String("Not found"), StatusCode: pulumi.String("404"),
			},
		}},
		Tags: b.tags("https"),
	}, b.shared...)
	if err != nil {
		return err
	}
	b.door.ListenerArn = https.Arn
	if len(b.args.OriginKeys) > 0 {
		return nil
	}
	_, err = lb.NewListener(b.ctx, names.Child(b.name, "http"), &lb.ListenerArgs{
		LoadBalancerArn: b.balancer.Arn, Protocol: pulumi.String("HTTP"), Port: pulumi.Int(80),
		DefaultActions: lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
			Type: pulumi.String("redirect"),
			Redirect: lb.ListenerDefaultActionRedirectArgs{
				Protocol: pulumi.String("HTTPS"), Port: pulumi.String("443"), StatusCode: pulumi.String("HTTP_301"),
			},
		}},
		Tags: b.tags("http"),
	}, b.shared...)
	return err
}

// conditions are what every rule for the shop asks for.
func conditions(hosts []string, originKeys []pulumi.StringInput) lb.ListenerRuleConditionArray {
	asked := lb.ListenerRuleConditionArray{lb.ListenerRuleConditionArgs{
		HostHeader: lb.ListenerRuleConditionHostHeaderArgs{Values: pulumi.ToStringArray(hosts)},
	}}
	if len(originKeys) > 0 {
		asked = append(asked, header(OriginHeader, originKeys...))
	}
	return asked
}

func header(name string, values ...pulumi.StringInput) lb.ListenerRuleConditionArgs {
	return lb.ListenerRuleConditionArgs{HttpHeader: lb.ListenerRuleConditionHttpHeaderArgs{
		HttpHeaderName: pulumi.String(name), Values: pulumi.StringArray(values),
	}}
}

// forward sends requests to target groups. Every one has its weight written down: one that is
// left out is not 0 (case B1).
func forward(weights map[string]int, groups map[string]pulumi.StringOutput, colours []string) lb.ListenerRuleActionArray {
	to := lb.ListenerRuleActionForwardTargetGroupArray{}
	for _, colour := range colours {
		to = append(to, lb.ListenerRuleActionForwardTargetGroupArgs{Arn: groups[colour], Weight: pulumi.Int(weights[colour])})
	}
	return lb.ListenerRuleActionArray{lb.ListenerRuleActionArgs{
		Type: pulumi.String("forward"), Forward: lb.ListenerRuleActionForwardArgs{TargetGroups: to},
	}}
}
