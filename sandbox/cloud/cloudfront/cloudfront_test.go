package cloudfront_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudfront"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/wafv2"
)

const (
	disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, cloudfront.Register, ec2.Register, elbv2.Register, iam.Register, kms.Register, s3.Register, wafv2.Register)
	return h, h.As("222222222222", "eu-west-1")
}

// certified puts a certificate into the world and gives its ARN.
func certified(t *testing.T, h *cloudtest.Harness, region, status string, names ...any) string {
	t.Helper()
	arn := "arn:aws:acm:" + region + ":222222222222:certificate/" + status
	require.NoError(t, h.World.Change("222222222222", region, "test", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: "aws:acm/certificate:Certificate", ID: arn,
			State: cloud.Props{"arn": arn, "status": status, "domainName": names[0], "subjectAlternativeNames": names}})
		return nil
	}))
	return arn
}

var read, write = []any{"GET", "HEAD"}, []any{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

func origin(name string) cloud.Props {
	return cloud.Props{"originId": name, "domainName": name + ".origin.example.com", "customOriginConfig": cloud.Props{
		"httpPort": 80., "httpsPort": 443., "originProtocolPolicy": "https-only", "originSslProtocols": []any{"TLSv1.2"}},
		"customHeaders": []any{cloud.Props{"name": "x-retail-origin", "value": "secret"}}}
}

func behaviour(target string, methods []any) cloud.Props {
	return cloud.Props{"targetOriginId": target, "viewerProtocolPolicy": "redirect-to-https", "allowedMethods": methods, "cachedMethods": read,
		"cachePolicyId": disabled, "originRequestPolicyId": allViewer}
}

// shop is a distribution of two origins, changed as wanted.
func shop(change cloud.Props) cloud.Props {
	p := cloud.Props{
		"enabled": true, "origins": []any{origin("main"), origin("second")},
		"originGroups": []any{cloud.Props{"originId": "both", "failoverCriteria": cloud.Props{"statusCodes": []any{502., 503.}},
			"members": []any{cloud.Props{"originId": "main"}, cloud.Props{"originId": "second"}}}},
		"defaultCacheBehavior": behaviour("both", read),
		"restrictions":         cloud.Props{"geoRestriction": cloud.Props{"restrictionType": "none"}},
		"viewerCertificate":    cloud.Props{"cloudfrontDefaultCertificate": true},
	}
	for k, v := range change {
		p[k] = v
	}
	return p
}

func TestDistributionLives(t *testing.T) {
	h, dev := client(t)
	before := h.World.Identifiers()
	d := dev.Create(cloudfront.Distribution, shop(nil))
	assert.Regexp(t, `^E[0-9A-F]{13}$`, d.ID)
	assert.Equal(t, "arn:aws:cloudfront::222222222222:distribution/"+d.ID, d.State["arn"])
	assert.Regexp(t, `^d[0-9a-f]{13}\.cloudfront\.net$`, d.State["domainName"])
	assert.Equal(t, d.State, dev.Read(d))
	assert.Equal(t, d.State, h.As("222222222222", "us-east-1").Read(d), "the service is global")
	etag := d.State["etag"]
	dev.Update(d, shop(cloud.Props{"enabled": false, "comment": "shop"}))
	assert.NotEqual(t, etag, d.State["etag"])
	assert.False(t, dev.Diff(d, shop(cloud.Props{"priceClass": "PriceClass_100"})).Replaces())
	dev.Delete(d)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestConfigurationsThatCloudFrontRefuses(t *testing.T) {
	_, dev := client(t)
	change := func(base cloud.Props, key string, value any) cloud.Props { base[key] = value; return base }
	main := func(o cloud.Props) cloud.Props {
		return cloud.Props{"origins": []any{o}, "originGroups": []any{}, "defaultCacheBehavior": behaviour("main", write)}
	}
	group := func(key string, value any) cloud.Props {
		g := shop(nil)["originGroups"].([]any)[0].(cloud.Props)
		g[key] = value
		return cloud.Props{"originGroups": []any{g}}
	}
	bucket := cloud.Props{"originId": "main", "domainName": "absent.s3.eu-west-1.amazonaws.com"}
	for name, c := range map[string]struct {
		change cloud.Props
		code   string
	}{
		"no such target":          {cloud.Props{"defaultCacheBehavior": behaviour("absent", read)}, "NoSuchOrigin"},
		"writing to a group":      {cloud.Props{"defaultCacheBehavior": behaviour("both", write)}, "InvalidArgument"},
		"no such member":          {group("members", []any{cloud.Props{"originId": "main"}, cloud.Props{"originId": "third"}}), "NoSuchOrigin"},
		"a group's name":          {group("originId", "main"), "InvalidArgument"},
		"no failover codes":       {group("failoverCriteria", cloud.Props{"statusCodes": []any{}}), "InvalidArgument"},
		"odd methods":             {cloud.Props{"defaultCacheBehavior": behaviour("main", []any{"GET", "POST"})}, "InvalidArgument"},
		"no cache policy":         {cloud.Props{"defaultCacheBehavior": change(behaviour("main", read), "cachePolicyId", nil)}, "InvalidArgument"},
		"no such cache policy":    {cloud.Props{"defaultCacheBehavior": change(behaviour("main", read), "cachePolicyId", allViewer)}, "NoSuchCachePolicy"},
		"no such request policy":  {cloud.Props{"defaultCacheBehavior": change(behaviour("main", read), "originRequestPolicyId", disabled)}, "NoSuchOriginRequestPolicy"},
		"no such headers policy":  {cloud.Props{"defaultCacheBehavior": change(behaviour("main", read), "responseHeadersPolicyId", disabled)}, "NoSuchResponseHeadersPolicy"},
		"time beside a policy":    {cloud.Props{"defaultCacheBehavior": change(behaviour("main", read), "maxTtl", 60.)}, "InvalidArgument"},
		"same origin twice":       {cloud.Props{"origins": []any{origin("main"), origin("main"), origin("second")}}, "InvalidArgument"},
		"an address":              {main(change(origin("main"), "domainName", "192.0.2.1")), "InvalidOrigin"},
		"a URL":                   {main(change(origin("main"), "domainName", "https://a.example.com")), "InvalidOrigin"},
		"forbidden header":        {main(change(origin("main"), "customHeaders", []any{cloud.Props{"name": "Host", "value": "x"}})), "InvalidArgument"},
		"path with a slash":       {main(change(origin("main"), "originPath", "/shop/")), "InvalidArgument"},
		"absent bucket":           {main(bucket), "InvalidArgument"},
		"absent access control":   {main(change(origin("main"), "originAccessControlId", "E0000000000000")), "InvalidOriginAccessControl"},
		"absent VPC origin":       {main(cloud.Props{"originId": "main", "domainName": "a.example.com", "vpcOriginConfig": cloud.Props{"vpcOriginId": "vo_x"}}), "EntityNotFound"},
		"absent web ACL":          {cloud.Props{"webAclId": "arn:aws:wafv2:us-east-1:222222222222:global/webacl/a/b"}, "InvalidWebACLId"},
		"places without a list":   {cloud.Props{"restrictions": cloud.Props{"geoRestriction": cloud.Props{"restrictionType": "whitelist"}}}, "InvalidGeoRestrictionParameter"},
		"alias, no certificate":   {cloud.Props{"aliases": []any{"shop.example.com"}}, "InvalidViewerCertificate"},
		"absent log bucket":       {cloud.Props{"loggingConfig": cloud.Props{"bucket": "absent.s3.amazonaws.com"}}, "InvalidArgument"},
		"absent certificate":      {cloud.Props{"viewerCertificate": cloud.Props{"acmCertificateArn": "arn:aws:acm:us-east-1:222222222222:certificate/x", "sslSupportMethod": "sni-only"}}, "InvalidViewerCertificate"},
		"protocol of the default": {cloud.Props{"viewerCertificate": cloud.Props{"cloudfrontDefaultCertificate": true, "minimumProtocolVersion": "TLSv1.2_2021"}}, "InvalidMinimumProtocolVersion"},
	} {
		_, err := dev.TryCreate(cloudfront.Distribution, shop(c.change))
		assert.Equal(t, c.code, cloud.Code(err), "%s: %v", name, err)
	}
}

func TestOriginHasOneKind(t *testing.T) {
	_, dev := client(t)
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-images"})
	both := origin("main")
	both["domainName"], both["s3OriginConfig"] = bucket.State["bucketRegionalDomainName"], cloud.Props{"originAccessIdentity": ""}
	inputs := shop(cloud.Props{"origins": []any{both, origin("second")}})
	dev.FailsCreate(cloudfront.Distribution, inputs, "InvalidArgument")
	delete(both, "customOriginConfig")
	dev.Create(cloudfront.Distribution, inputs)
}

func TestDistributionsRefusedInPreview(t *testing.T) {
	_, dev := client(t)
	legacy := behaviour("main", read)
	legacy["forwardedValues"] = cloud.Props{"queryString": true, "cookies": cloud.Props{"forward": "none"}}
	for name, bad := range map[string]cloud.Props{
		"kept":           {"retainOnDelete": true},
		"staging":        {"staging": true},
		"forwarded":      {"defaultCacheBehavior": legacy},
		"no certificate": {"viewerCertificate": cloud.Props{}},
		"price":          {"priceClass": "PriceClass_1"},
		"one member":     {"originGroups": []any{cloud.Props{"originId": "g", "failoverCriteria": cloud.Props{"statusCodes": []any{500.}}, "members": []any{cloud.Props{"originId": "main"}}}}},
		"code":           {"originGroups": []any{cloud.Props{"originId": "g", "failoverCriteria": cloud.Props{"statusCodes": []any{501.}}, "members": []any{cloud.Props{"originId": "main"}, cloud.Props{"originId": "second"}}}}},
		"no origins":     {"origins": []any{}},
	} {
		_, broken := dev.Check(cloudfront.Distribution, shop(bad))
		assert.NotEmpty(t, broken, name)
	}
}

func TestCertificateIsInOneRegionAndCoversTheAliases(t *testing.T) {
	h, dev := client(t)
	with := func(arn string, aliases ...any) cloud.Props {
		return shop(cloud.Props{"aliases": aliases, "viewerCertificate": cloud.Props{
			"acmCertificateArn": arn, "sslSupportMethod": "sni-only", "minimumProtocolVersion": "TLSv1.2_2021"}})
	}
	far := certified(t, h, "eu-west-1", "ISSUED", "shop.example.com")
	pending := certified(t, h, "us-east-1", "PENDING_VALIDATION", "shop.example.com")
	good := certified(t, h, "us-east-1", "ISSUED", "shop.example.com", "*.shop.example.com")
	dev.FailsCreate(cloudfront.Distribution, with(far, "shop.example.com"), "InvalidViewerCertificate")
	dev.FailsCreate(cloudfront.Distribution, with(pending, "shop.example.com"), "InvalidViewerCertificate")
	dev.FailsCreate(cloudfront.Distribution, with(good, "example.com"), "InvalidViewerCertificate")
	dev.FailsCreate(cloudfront.Distribution, with(good, "a.b.shop.example.com"), "InvalidViewerCertificate")
	d := dev.Create(cloudfront.Distribution, with(good, "shop.example.com", "www.shop.example.com"))
	dev.FailsCreate(cloudfront.Distribution, with(good, "www.shop.example.com"), "CNAMEAlreadyExists")
	dev.Update(d, with(good, "shop.example.com"))
	dev.Create(cloudfront.Distribution, with(good, "www.shop.example.com"))
}

func TestDistributionHoldsWhatItNames(t *testing.T) {
	h, dev := client(t)
	virginia := h.As("222222222222", "us-east-1")
	visible := cloud.Props{"cloudwatchMetricsEnabled": true, "metricName": "shop", "sampledRequestsEnabled": true}
	acl := cloud.Props{"name": "shop", "defaultAction": cloud.Props{"allow": cloud.Props{}}, "visibilityConfig": visible}
	acl["scope"] = "REGIONAL"
	regional := virginia.Create(wafv2.WebACL, acl)
	acl["scope"] = "CLOUDFRONT"
	global := virginia.Create(wafv2.WebACL, acl)
	control := dev.Create(cloudfront.OriginAccessControl, cloud.Props{"name": "images", "originAccessControlOriginType": "s3",
		"signingBehavior": "always", "signingProtocol": "sigv4"})
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-images"})
	images := cloud.Props{"originId": "images", "domainName": bucket.State["bucketRegionalDomainName"], "originAccessControlId": control.ID}
	with := func(acl *cloudtest.Resource) cloud.Props {
		return shop(cloud.Props{"webAclId": acl.State["arn"], "origins": []any{origin("main"), origin("second"), images}})
	}
	dev.FailsCreate(cloudfront.Distribution, with(regional), "InvalidWebACLId")
	d := dev.Create(cloudfront.Distribution, with(global))
	virginia.FailsDelete(global, "WAFAssociatedItemException")
	dev.FailsDelete(control, "OriginAccessControlInUse")
	dev.Delete(d)
	virginia.Delete(global)
	dev.FailsCreate(cloudfront.OriginAccessControl, control.Inputs, "OriginAccessControlAlreadyExists")
	dev.Update(control, cloud.Props{"name": "pictures", "originAccessControlOriginType": "s3", "signingBehavior": "never", "signingProtocol": "sigv4"})
	dev.Delete(control)
}

func TestStandardLogsNeedABucketWithACLs(t *testing.T) {
	_, dev := client(t)
	bucket := dev.Create(s3.Bucket, cloud.Props{"bucket": "retail-cdn-logs"})
	logged := shop(cloud.Props{"loggingConfig": cloud.Props{"bucket": bucket.State["bucketDomainName"], "prefix": "shop/"}})
	dev.FailsCreate(cloudfront.Distribution, logged, "InvalidArgument")
	dev.Create(s3.Ownership, cloud.Props{"bucket": bucket.ID, "rule": cloud.Props{"objectOwnership": "BucketOwnerPreferred"}})
	dev.Create(cloudfront.Distribution, logged)
	dev.FailsDelete(bucket, "BucketNotEmpty")
}

func TestManagedPoliciesAreFoundByName(t *testing.T) {
	_, dev := client(t)
	cache := dev.Invoke("aws:cloudfront/getCachePolicy:getCachePolicy", cloud.Props{"name": "Managed-CachingDisabled"})
	assert.Equal(t, disabled, cache["id"])
	assert.Equal(t, 0., cache["maxTtl"])
	request := dev.Invoke("aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy", cloud.Props{"id": allViewer})
	assert.Equal(t, "allViewer", cloud.Lookup(request, "headersConfigs[0].headerBehavior"))
	headers := dev.Invoke("aws:cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy", cloud.Props{"name": "Managed-SecurityHeadersPolicy"})
	assert.Equal(t, "67f7725c-6f97-4210-82d7-5512b31e9d03", headers["id"])
	for _, args := range []cloud.Props{{}, {"name": "Managed-Absent"}, {"name": "Managed-CachingDisabled", "id": disabled}} {
		_, err := dev.TryInvoke("aws:cloudfront/getCachePolicy:getCachePolicy", args)
		assert.Error(t, err, "%v", args)
	}
}
