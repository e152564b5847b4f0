package cloudfront_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudfront"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
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
