package frontdoor

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/components/internal/waf"
)

// EdgeRegion is where CloudFront's certificates and web ACLs lie.
const EdgeRegion = "us-east-1"

// Policies that AWS keeps for everybody (Amazon CloudFront Developer Guide, "Use managed cache
// policies" and "Use managed origin request policies"). Nothing is cached: a cached page would
// come from a colour that has no traffic any more. Everything is passed on, the host name
// included, by which the load balancer knows the shop and for which it has a certificate.
const (
	cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewer       = "216adef6-5c7f-47e4-b989-5492eafa07d3"
)

// failover is the origin group: the primary VPC, then the other.
const failover = "failover"

var (
	allMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	readOnly   = []string{"GET", "HEAD", "OPTIONS"}
)

// distribution puts CloudFront before the load balancers. An origin group takes requests that
// only read (Amazon CloudFront Developer Guide, "Optimize high availability with CloudFront
// origin failover"): what may write goes to the primary VPC alone, until a person names the
// other one.
func (b *builderOfEntrance) distribution() error {
	cdn := b.args.CDN
	acl, err := waf.New(b.ctx, names.Child(b.name, "firewall"), &waf.Args{
		Scope: waf.CloudFront, PhysicalName: b.args.PhysicalName, Account: cdn.Account, Region: EdgeRegion,
		Rules: cdn.Firewall, LogRetentionDays: cdn.LogRetentionDays, Unprotected: b.args.Unprotected, Tags: b.args.Tags,
	}, slices.Concat(b.opts, []pulumi.ResourceOption{pulumi.Provider(cdn.Edge)})...)
	if err != nil {
		return err
	}
	origins, groups, reads := b.origins()
	behaviours := cloudfront.DistributionOrderedCacheBehaviorArray{}
	for _, path := range cdn.ReadOnly {
		behaviours = append(behaviours, cloudfront.DistributionOrderedCacheBehaviorArgs{
			PathPattern: pulumi.String(path), TargetOriginId: pulumi.String(reads), ViewerProtocolPolicy: pulumi.String("redirect-to-https"),
			AllowedMethods: pulumi.ToStringArray(readOnly), CachedMethods: pulumi.ToStringArray([]string{"GET", "HEAD"}),
			CachePolicyId: pulumi.String(cachingDisabled), OriginRequestPolicyId: pulumi.String(allViewer),
		})
	}
	made, err := cloudfront.NewDistribution(b.ctx, b.name, &cloudfront.DistributionArgs{
		Comment: pulumi.String(b.args.PhysicalName), Enabled: pulumi.Bool(true), Aliases: pulumi.ToStringArray(b.args.Hosts),
		HttpVersion: pulumi.String("http2and3"), IsIpv6Enabled: pulumi.Bool(true), PriceClass: pulumi.String("PriceClass_All"),
		WebAclId: acl.Arn, Origins: origins, OriginGroups: groups,
		DefaultCacheBehavior: cloudfront.DistributionDefaultCacheBehaviorArgs{
			TargetOriginId: pulumi.String(cdn.Primary), ViewerProtocolPolicy: pulumi.String("redirect-to-https"),
			AllowedMethods: pulumi.ToStringArray(allMethods), CachedMethods: pulumi.ToStringArray([]string{"GET", "HEAD"}),
			CachePolicyId: pulumi.String(cachingDisabled), OriginRequestPolicyId: pulumi.String(allViewer),
		},
		OrderedCacheBehaviors: behaviours,
		ViewerCertificate: cloudfront.DistributionViewerCertificateArgs{
			AcmCertificateArn: cdn.CertificateArn, SslSupportMethod: pulumi.String("sni-only"), MinimumProtocolVersion: pulumi.String("TLSv1.2_2021"),
		},
		Restrictions: cloudfront.DistributionRestrictionsArgs{
			GeoRestriction: cloudfront.DistributionRestrictionsGeoRestrictionArgs{RestrictionType: pulumi.String("none")},
		},
		Tags: tags.Named(b.args.PhysicalName, b.args.Tags),
	}, b.opts...)
	if err != nil {
		return err
	}
	b.entrance.Target = made.DomainName
	return b.records(string(CloudFront), 100, []string{"A", "AAAA"}, route53.RecordAliasArgs{
		Name: made.DomainName, ZoneId: made.HostedZoneId, EvaluateTargetHealth: pulumi.Bool(false), // an alias to CloudFront has no health
	})
}

// origins are the load balancers, the group of both if there are two, and the name of what
// requests that only read go to.
func (b *builderOfEntrance) origins() (cloudfront.DistributionOriginArray, cloudfront.DistributionOriginGroupArray, string) {
	cdn := b.args.CDN
	members, origins := []string{cdn.Primary}, cloudfront.DistributionOriginArray{}
	for _, vpc := range slices.Sorted(maps.Keys(b.args.Doors)) {
		if vpc != cdn.Primary {
			members = append(members, vpc)
		}
		origins = append(origins, cloudfront.DistributionOriginArgs{
			OriginId: pulumi.String(vpc), DomainName: b.args.Doors[vpc].DNSName,
			ConnectionAttempts: pulumi.Int(2), ConnectionTimeout: pulumi.Int(5),
			CustomHeaders: cloudfront.DistributionOriginCustomHeaderArray{cloudfront.DistributionOriginCustomHeaderArgs{
				Name: pulumi.String(OriginHeader), Value: cdn.OriginKey,
			}},
			CustomOriginConfig: cloudfront.DistributionOriginCustomOriginConfigArgs{
				HttpPort: pulumi.Int(80), HttpsPort: pulumi.Int(443), OriginProtocolPolicy: pulumi.String("https-only"),
				OriginSslProtocols: pulumi.ToStringArray([]string{"TLSv1.2"}), OriginReadTimeout: pulumi.Int(30), OriginKeepaliveTimeout: pulumi.Int(30),
			},
		})
	}
	if len(members) == 1 {
		return origins, nil, cdn.Primary
	}
	group := cloudfront.DistributionOriginGroupArgs{
		OriginId: pulumi.String(failover),
		// What the load balancer answers without a healthy target, or a target that is gone.
		FailoverCriteria: cloudfront.DistributionOriginGroupFailoverCriteriaArgs{StatusCodes: pulumi.ToIntArray([]int{502, 503, 504})},
	}
	list := cloudfront.DistributionOriginGroupMemberArray{}
	for _, vpc := range members {
		list = append(list, cloudfront.DistributionOriginGroupMemberArgs{OriginId: pulumi.String(vpc)})
	}
	group.Members = list
	return origins, cloudfront.DistributionOriginGroupArray{group}, failover
}
