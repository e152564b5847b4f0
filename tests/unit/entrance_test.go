package unit

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/frontdoor"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

var (
	both   = []string{"main", "second"}
	shares = map[string]any{"weights": map[string]any{"main": 70, "second": 30}}
)

// prodBehind is production behind an entrance of a kind.
func prodBehind(t *testing.T, kind string, entrance map[string]any, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	return up(t, "prod", prod(customersOf(kind, both, entrance, edits...)...)...)
}

// of are the resources of a type whose input at a path is value.
func of(r *recorder.Recorder, token, path, value string) []*recorder.Resource {
	return slices.DeleteFunc(r.OfType(token), func(res *recorder.Resource) bool { return res.String(path) != value })
}

func TestOneCertificateProvesItsNamesOnce(t *testing.T) {
	r := prodBehind(t, "cloudFront", map[string]any{"primary": "main", "names": []any{"www.shop.example.com"}})
	certificates := r.OfType("aws:acm/certificate:Certificate")
	require.Len(t, certificates, 2)
	regions := map[string]bool{}
	for _, certificate := range certificates {
		assert.Equal(t, "shop.example.com", certificate.String("domainName"))
		assert.Equal(t, "www.shop.example.com", certificate.String("subjectAlternativeNames[0]"))
		assert.Equal(t, "DNS", certificate.String("validationMethod"))
		regions[r.ByReference(certificate.Provider).String("region")] = true
	}
	assert.Equal(t, map[string]bool{"eu-west-1": true, "us-east-1": true}, regions)
	assert.Len(t, of(r, record, "type", "CNAME"), 2, "one for each name, not for each certificate")
	proof := r.One(t, record, "shop-proof-www.shop.example.com")
	assert.Equal(t, "_proof.www.shop.example.com", proof.String("name"))
	assert.Equal(t, "_of.www.shop.example.com.acm.example", proof.String("records[0]"))
	for _, https := range r.OfType(listener) {
		assert.True(t, r.Reaches(https, r.One(t, "aws:acm/certificateValidation:CertificateValidation", "shop-certificate")), https.Name)
	}
}

func TestRoute53LeadsToTheLoadBalancersByWeight(t *testing.T) {
	r := prodBehind(t, "route53", shares)
	for vpc, weight := range map[string]float64{"main": 70, "second": 30} {
		alias := r.One(t, record, "entrance-shop.example.com-"+vpc+"-A")
		assert.Equal(t, vpc+".elb.example", alias.String("aliases[0].name"))
		assert.Equal(t, "Z0BALANCERS", alias.String("aliases[0].zoneId"))
		assert.True(t, alias.Value("aliases[0].evaluateTargetHealth").BoolValue())
		assert.Equal(t, vpc, alias.String("setIdentifier"))
		assert.InDelta(t, weight, alias.Value("weightedRoutingPolicies[0].weight").NumberValue(), 0)
		assert.Equal(t, recorder.ZoneID, alias.String("zoneId"))
		assert.True(t, r.Reaches(alias, r.One(t, listenerRule, vpc+"-traffic")), "customers come when the rule stands")
	}
	assert.Len(t, r.OfType(webACL), 2)
	assert.Empty(t, of(r, record, "type", "AAAA"), "load balancers have no IPv6 address")
}

// A plain record and weighted ones exclude each other: an entrance could not be changed.
func TestEveryRecordOfAnEntranceIsWeighted(t *testing.T) {
	for kind, entrance := range map[string]map[string]any{"route53": shares, "globalAccelerator": shares, "cloudFront": {"primary": "main"}} {
		found := 0
		for _, res := range prodBehind(t, kind, entrance).OfType(record) {
			if res.String("type") != "CNAME" {
				found++
				assert.True(t, res.Value("weightedRoutingPolicies[0].weight").IsNumber(), res.Name)
				assert.NotEmpty(t, res.String("setIdentifier"), res.Name)
			}
		}
		assert.Positive(t, found, kind)
	}
}

func TestGlobalAcceleratorWeighsTheVPCs(t *testing.T) {
	r := prodBehind(t, "globalAccelerator", map[string]any{"weights": map[string]any{"main": 100, "second": 0}})
	group := r.OfType("aws:globalaccelerator/endpointGroup:EndpointGroup")
	require.Len(t, group, 1, "one for each Region")
	for i, want := range []struct {
		vpc    string
		weight float64
	}{{"main", 100}, {"second", 0}} {
		endpoint := group[0].Value("endpointConfigurations").ArrayValue()[i].ObjectValue()
		assert.Contains(t, endpoint["endpointId"].StringValue(), "loadbalancer/app/"+want.vpc+"/")
		require.True(t, endpoint["weight"].IsNumber())
		assert.InDelta(t, want.weight, endpoint["weight"].NumberValue(), 0)
		assert.True(t, endpoint["clientIpPreservationEnabled"].BoolValue())
	}
	for _, vpc := range both {
		left := r.One(t, securityType, "entrance-accelerator-"+vpc)
		assert.Equal(t, "GlobalAccelerator", left.String("name"), "otherwise one of this name stays behind")
		assert.Equal(t, "vpc-"+vpc, left.String("vpcId"))
		assert.True(t, group[0].WaitsFor(left))
	}
	assert.Equal(t, "entrance.accelerator.example", r.One(t, record, "entrance-shop.example.com-globalAccelerator-A").String("aliases[0].name"))
	assert.Len(t, r.OfType(webACL), 2, "customers' addresses reach the load balancers, and so does the firewall")
}

func TestCloudFrontIsTheOnlyWayIn(t *testing.T) {
	r := prodBehind(t, "cloudFront", map[string]any{"primary": "second"})
	cdn := r.One(t, distribution, "entrance")
	assert.Equal(t, "second", cdn.String("defaultCacheBehavior.targetOriginId"))
	assert.Len(t, cdn.Value("defaultCacheBehavior.allowedMethods").ArrayValue(), 7)
	for i, member := range []string{"second", "main"} {
		assert.Equal(t, member, cdn.Value("originGroups[0].members").ArrayValue()[i].ObjectValue()["originId"].StringValue(), "the primary first")
	}
	for _, behaviour := range cdn.Value("orderedCacheBehaviors").ArrayValue() {
		fields := behaviour.ObjectValue()
		assert.Equal(t, "failover", fields["targetOriginId"].StringValue())
		assert.Len(t, fields["allowedMethods"].ArrayValue(), 3, "CloudFront takes no group of origins for what writes")
	}
	for _, origin := range cdn.Value("origins").ArrayValue() {
		fields := origin.ObjectValue()
		assert.Equal(t, "x-retail-origin", fields["customHeaders"].ArrayValue()[0].ObjectValue()["name"].StringValue())
		assert.Equal(t, "https-only", fields["customOriginConfig"].ObjectValue()["originProtocolPolicy"].StringValue())
	}
	acl := r.OfType(webACL)
	require.Len(t, acl, 1)
	assert.Equal(t, "CLOUDFRONT", acl[0].String("scope"))
	assert.Equal(t, "us-east-1", r.ByReference(acl[0].Provider).String("region"))
	for _, part := range []string{"aws:cloudwatch/logGroup:LogGroup", "aws:kms/key:Key"} {
		for _, res := range r.OfType(part) {
			if res.Name == "entrance-firewall-logs" || res.Name == "entrance-firewall-logs-key" {
				assert.Equal(t, "us-east-1", r.ByReference(res.Provider).String("region"), res.Name)
			}
		}
	}
	for _, vpc := range both {
		assert.Equal(t, "x-retail-origin", r.One(t, listenerRule, vpc+"-traffic").String("conditions[1].httpHeader.httpHeaderName"))
		assert.True(t, r.Reaches(cdn, r.One(t, listenerRule, vpc+"-traffic")), "a new key is accepted before it is sent")
	}
	for _, kind := range []string{"A", "AAAA"} {
		assert.Equal(t, "entrance.cloudfront.example", r.One(t, record, "entrance-shop.example.com-cloudFront-"+kind).String("aliases[0].name"))
	}
	for _, res := range r.All() {
		assert.Empty(t, leaks(resource.NewObjectProperty(res.Inputs), recorder.Canary, ""), "%s shows a key", res.URN)
	}
}

// A key is replaced without a request lost: load balancers take both for a while.
func TestOriginKeysAreReplacedWithoutAGap(t *testing.T) {
	r := prodBehind(t, "cloudFront", map[string]any{"primary": "main", "originKeyGeneration": 3})
	r.One(t, stash, "shop-origin-key-generation-3")
	r.One(t, stash, "shop-origin-key-generation-2")
	assert.Len(t, slices.DeleteFunc(r.OfType(stash), func(res *recorder.Resource) bool { return res.Name[:4] != "shop" }), 2)
	assert.Len(t, r.One(t, listenerRule, "main-traffic").Value("conditions[1].httpHeader.values").ArrayValue(), 2)
}

func TestCloudFrontCanBePutBeforeAShopWithCustomers(t *testing.T) {
	r := prodBehind(t, "cloudFront", map[string]any{
		"primary": "main", "relax": map[string]any{"openOrigin": "Names that resolvers hold still lead here."},
	})
	assert.Len(t, r.OfType(distribution), 1)
	assert.Len(t, r.OfType(webACL), 3, "the load balancers' own firewalls stay")
	assert.True(t, r.One(t, listenerRule, "main-traffic").Value("conditions[1]").IsNull())
	assert.Equal(t, "0.0.0.0/0", r.One(t, ingressRule, "main-door-from-https").String("cidrIpv4"))
}

func TestOneVPCNeedsNoWeights(t *testing.T) {
	r := up(t, "dev", dev(customersOf("route53", []string{"main"}, nil)...)...)
	assert.InDelta(t, 100, r.One(t, record, "entrance-shop.example.com-main-A").Value("weightedRoutingPolicies[0].weight").NumberValue(), 0)
	group := r.One(t, targetGroup, "main-green")
	assert.Equal(t, "vpc-main", group.String("vpcId"))
	var ranges []string
	for _, rule := range of(r, egressRule, "securityGroupId", "sg-main-door") {
		ranges = append(ranges, rule.String("cidrIpv4"))
	}
	assert.ElementsMatch(t, []string{"100.64.0.0/16", "10.20.0.0/16"}, ranges, "pods have a range of their own; those of Auto Mode are beside nodes")
}

func TestEverythingOfCustomersHasItsExplicitProvider_K9(t *testing.T) {
	r := prodBehind(t, "cloudFront", map[string]any{"primary": "main"})
	for _, call := range append(r.Calls("aws:route53/getZone:getZone"), r.Calls("aws:ec2/getManagedPrefixList:getManagedPrefixList")...) {
		require.NotNil(t, r.ByReference(call.Provider), "%s is asked of a default provider", call.Token)
	}
	assert.Len(t, r.Calls("aws:route53/getZone:getZone"), 1)
	for _, res := range r.All() {
		if res.Custom && res.Type != "pulumi:pulumi:Stack" && res.Type[:min(len(res.Type), 17)] != "pulumi:providers:" {
			assert.NotNil(t, r.ByReference(res.Provider), res.URN)
		}
	}
}

func TestAZoneThatIsNotThereIsRefused(t *testing.T) {
	r := recorder.New(t).Hub(hubOutputs()).Invoke("aws:route53/getZone:getZone", func(resource.PropertyMap) (recorder.State, error) {
		return nil, assert.AnError
	})
	err := r.Run(program, stackfile.Read(t, "dev", dev(customersOf("route53", []string{"main"}, nil)...)...))
	require.ErrorContains(t, err, "retail:environment.entrance.zone: the public zone shop.example.com cannot be found in this account")
	assert.Empty(t, r.OfType("aws:ec2/vpc:Vpc"), "nothing is made before")
}

func TestEntrancesRefuseWhatCannotHold_B3(t *testing.T) {
	one := map[string]frontdoor.Door{"main": {LoadBalancerArn: pulumi.String("arn"), DNSName: pulumi.String("name"), HostedZoneID: pulumi.String("Z0")}}
	base := frontdoor.EntranceArgs{PhysicalName: "retail-prod", Region: "eu-west-1", ZoneID: "Z0", Hosts: []string{"shop.example.com"}, Doors: one}
	for want, edit := range map[string]func(*frontdoor.EntranceArgs){
		"entrance.kind: must be route53, globalAccelerator or cloudFront, got carrierPigeon": func(a *frontdoor.EntranceArgs) { a.Kind = "carrierPigeon" },
		"entrance.weights: every front door has a weight: there are [main], got []":          func(a *frontdoor.EntranceArgs) { a.Kind = frontdoor.Route53 },
		"entrance.cdn: is required with cloudFront":                                          func(a *frontdoor.EntranceArgs) { a.Kind = frontdoor.CloudFront },
		"entrance.primary: must be one of [main], got other": func(a *frontdoor.EntranceArgs) {
			a.Kind, a.CDN = frontdoor.CloudFront, &frontdoor.CDNArgs{Primary: "other"}
		},
		"entrance: physicalName, region, zoneId, hosts and doors are required": func(a *frontdoor.EntranceArgs) {
			*a = frontdoor.EntranceArgs{Kind: frontdoor.Route53}
		},
	} {
		args := base
		edit(&args)
		r := recorder.New(t)
		require.ErrorContains(t, r.Run(func(ctx *pulumi.Context) error { _, err := frontdoor.NewEntrance(ctx, "entrance", &args); return err }), want)
		assert.Empty(t, r.All())
	}
}
