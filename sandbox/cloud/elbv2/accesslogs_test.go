package elbv2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/s3"
)

func mayPut(principal, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal +
		`,"Action":"s3:PutObject","Resource":"` + resource + `"}]}`
}

func TestAccessLogsNeedABucketThatLetsThemIn(t *testing.T) {
	const service, account = `{"Service":"logdelivery.elasticloadbalancing.amazonaws.com"}`, `{"AWS":"arn:aws:iam::156460612806:root"}`
	const all, own = "arn:aws:s3:::logs/*", "arn:aws:s3:::logs/door/AWSLogs/222222222222/*"
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + service + `,"Action":"s3:*","Resource":"` + all +
		`"},{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"` + all + `"}]}`
	network := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},` +
		`"Action":["s3:PutObject","s3:GetBucketAcl"],"Resource":["arn:aws:s3:::logs","` + all + `"]}}`
	for name, test := range map[string]struct {
		policy, region, algorithm string
		changes                   cloud.Props
		works                     bool
	}{
		"the service":              {policy: mayPut(service, own), works: true},
		"the Region's account":     {policy: mayPut(account, all), works: true},
		"another Region's account": {policy: mayPut(`{"AWS":"arn:aws:iam::127311923021:root"}`, all)},
		"no policy":                {},
		"another folder":           {policy: mayPut(service, "arn:aws:s3:::logs/AWSLogs/222222222222/*")},
		"another account's folder": {policy: mayPut(service, "arn:aws:s3:::logs/door/AWSLogs/333333333333/*")},
		"the wrong service":        {policy: mayPut(`{"Service":"delivery.logs.amazonaws.com"}`, all)},
		"a denial":                 {policy: deny},
		"another Region's bucket":  {policy: mayPut(service, own), region: "us-east-1"},
		"a key of KMS":             {policy: mayPut(service, own), algorithm: "aws:kms"},
		"encryption of S3":         {policy: mayPut(service, own), algorithm: "AES256", works: true},
		"a network load balancer":  {policy: network, algorithm: "aws:kms", changes: cloud.Props{"loadBalancerType": "network"}, works: true},
		"a network load balancer that may not look": {policy: mayPut(`{"Service":"delivery.logs.amazonaws.com"}`, all),
			changes: cloud.Props{"loadBalancerType": "network"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			home := p.Client
			if test.region != "" {
				home = p.h.As(dev, test.region)
			}
			home.Create(s3.Bucket, cloud.Props{"bucket": "logs"})
			if test.policy != "" {
				home.Create(s3.Policy, cloud.Props{"bucket": "logs", "policy": test.policy})
			}
			if test.algorithm != "" {
				home.Create(s3.Encryption, cloud.Props{"bucket": "logs", "rules": list{
					cloud.Props{"applyServerSideEncryptionByDefault": cloud.Props{"sseAlgorithm": test.algorithm}}}})
			}
			inputs := with(p.balancer(), cloud.Props{"accessLogs": cloud.Props{"bucket": "logs", "prefix": "door", "enabled": true}})
			inputs = with(inputs, test.changes)
			if test.works {
				lb := p.Create(elbv2.LoadBalancer, inputs)
				require.NoError(t, p.h.World.RemoveByHand(p.h.Records(s3.Policy)[0].Line()))
				p.Update(lb, with(inputs, cloud.Props{"enableDeletionProtection": true}))
				p.change(func(c *cloud.Call) error {
					assert.Equal(t, []string{"door/AWSLogs/222222222222/ELBAccessLogTestFile"}, s3.Keys(c, "logs"))
					return nil
				})
				return
			}
			p.FailsCreate(elbv2.LoadBalancer, inputs, "InvalidConfigurationRequest")
			off := with(inputs, cloud.Props{"accessLogs": cloud.Props{"bucket": "logs", "enabled": false}})
			lb := p.Create(elbv2.LoadBalancer, off)
			p.FailsUpdate(lb, inputs, "InvalidConfigurationRequest")
		})
	}
}
