package cloudfront_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudfront"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/s3"
)

func TestVpcOriginReachesALoadBalancer(t *testing.T) {
	h, dev := client(t)
	vpc := dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	one := dev.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "euw1-az1"})
	two := dev.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.1.0/24", "availabilityZoneId": "euw1-az2"})
	door := dev.Create(ec2.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": "door"})
	alb := dev.Create(elbv2.LoadBalancer, cloud.Props{"internal": true, "loadBalancerType": "application",
		"subnets": []any{one.ID, two.ID}, "securityGroups": []any{door.ID}})
	to := func(arn string) cloud.Props {
		return cloud.Props{"vpcOriginEndpointConfig": cloud.Props{"name": "shop", "arn": arn, "httpPort": 80., "httpsPort": 443.,
			"originProtocolPolicy": "https-only", "originSslProtocols": cloud.Props{"items": []any{"TLSv1.2"}, "quantity": 1.}}}
	}
	dev.FailsCreate(cloudfront.VpcOrigin, to(alb.ID+"x"), "EntityNotFound")
	dev.FailsCreate(cloudfront.VpcOrigin, to(alb.ID), "InvalidArgument") // no internet gateway
	dev.Create(ec2.InternetGateway, cloud.Props{"vpcId": vpc.ID})
	before := len(h.Records(ec2.Interface))
	o := h.As("222222222222", "us-east-1").Create(cloudfront.VpcOrigin, to(alb.ID))
	assert.Len(t, h.Records(ec2.Interface), before+2)
	d := dev.Create(cloudfront.Distribution, shop(cloud.Props{"originGroups": []any{}, "defaultCacheBehavior": behaviour("shop", write),
		"origins": []any{cloud.Props{"originId": "shop", "domainName": "shop.example.com", "vpcOriginConfig": cloud.Props{"vpcOriginId": o.ID}}}}))
	dev.FailsDelete(o, "CannotDeleteEntityWhileInUse")
	dev.Delete(d)
	dev.Delete(o)
	assert.Len(t, h.Records(ec2.Interface), before)
	for _, r := range []*cloudtest.Resource{alb, door, one, two} {
		dev.Delete(r)
	}
}

// Two worlds that the same program has built compare as the same, whatever AWS
// picked and however often it was updated.
func TestWorldsCompareWithoutWhatCloudFrontPicks(t *testing.T) {
	build := func(seed string, updates ...string) map[string]string {
		h := cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(cloudfront.Register, s3.Register), Facts: cloud.Tables, Seed: seed})
		dev := h.As("222222222222", "eu-west-1")
		control := dev.Create(cloudfront.OriginAccessControl, cloud.Props{"name": "images", "originAccessControlOriginType": "s3",
			"signingBehavior": "always", "signingProtocol": "sigv4"})
		bucket := dev.Create(s3.Bucket, cloud.Props{})
		images := cloud.Props{"originId": "images", "domainName": bucket.State["bucketRegionalDomainName"], "originAccessControlId": control.ID}
		with := func(comment string) cloud.Props {
			return shop(cloud.Props{"comment": comment, "origins": []any{origin("main"), origin("second"), images}})
		}
		d := dev.Create(cloudfront.Distribution, with("new"))
		for _, comment := range updates {
			dev.Update(d, with(comment))
		}
		return h.World.Normalised()
	}
	once := build("one", "shop")
	assert.Equal(t, once, build("two", "store", "shop"))
	assert.NotEqual(t, once, build("two", "store"))
}
