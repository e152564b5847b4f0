package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud/iam/policy"
)

func TestParseRefusesWhatIAMRefuses(t *testing.T) {
	const head = `{"Version":"2012-10-17","Statement":`
	for name, c := range map[string]struct {
		kind policy.Kind
		text string
		says string
	}{
		"no JSON":               {policy.Identity, `{`, "invalid Json"},
		"old version":           {policy.Identity, `{"Version":"2008-10-17","Statement":[]}`, "version 2012-10-17"},
		"no statement":          {policy.Identity, `{"Version":"2012-10-17"}`, "Syntax errors"},
		"misspelt member":       {policy.Identity, head + `{"Effect":"Allow","Actions":"s3:*","Resource":"*"}}`, "Syntax errors"},
		"unknown effect":        {policy.Identity, head + `{"Effect":"allow","Action":"s3:*","Resource":"*"}}`, "Syntax errors"},
		"no action":             {policy.Identity, head + `{"Effect":"Allow","Resource":"*"}}`, "must contain actions"},
		"no resource":           {policy.Identity, head + `{"Effect":"Allow","Action":"s3:*"}}`, "must contain resources"},
		"action without vendor": {policy.Identity, head + `{"Effect":"Allow","Action":"GetObject","Resource":"*"}}`, "prefaced by a vendor"},
		"unknown vendor":        {policy.Identity, head + `{"Effect":"Allow","Action":"esk:Describe","Resource":"*"}}`, "Vendor esk"},
		"resource no ARN":       {policy.Identity, head + `{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}}`, "ARN format"},
		"wrong partition":       {policy.Identity, head + `{"Effect":"Allow","Action":"s3:*","Resource":"arn:awz:s3:::b"}}`, "Partition"},
		"identity principal":    {policy.Identity, head + `{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`, "should not specify a principal"},
		"equal statement IDs": {policy.Identity, head + `[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},
			{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "must be unique"},
		"unknown condition": {policy.Identity, head + `{"Effect":"Allow","Action":"s3:*","Resource":"*",
			"Condition":{"StringEqual":{"a":"b"}}}}`, "Invalid Condition type"},
		"trust without principal": {policy.Trust, head + `{"Effect":"Allow","Action":"sts:AssumeRole"}}`, "Missing required field Principal"},
		"trust with resource":     {policy.Trust, head + `{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}}`, "prohibited field Resource"},
		"trust of another action": {policy.Trust, head + `{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"s3:GetObject"}}`, "may only specify STS"},
		"trust of a bad service":  {policy.Trust, head + `{"Effect":"Allow","Principal":{"Service":"eks"},"Action":"sts:AssumeRole"}}`, "Invalid principal"},
		"trust of a bad ARN":      {policy.Trust, head + `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"sts:AssumeRole"}}`, "Invalid principal"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Parse(c.text, c.kind)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestAllowsFollowsDenyWildcardsAndPrincipals(t *testing.T) {
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["ec2:Describe*","ecr:GetAuthorizationToken"],"Resource":"*"},
		{"Effect":"Deny","Action":"ec2:DescribeKeyPairs","Resource":"*"}]}`, policy.Identity)
	require.NoError(t, err)
	assert.True(t, doc.Allows("", "", "ec2:DescribeSubnets"))
	assert.True(t, doc.Allows("", "", "ECR:getauthorizationtoken"))
	assert.False(t, doc.Allows("", "", "ec2:DescribeKeyPairs"))
	assert.False(t, doc.Allows("", "", "ec2:RunInstances"))

	trust, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":["eks.amazonaws.com","ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}}`, policy.Trust)
	require.NoError(t, err)
	assert.True(t, trust.Allows("Service", "ec2.amazonaws.com", "sts:AssumeRole"))
	assert.False(t, trust.Allows("Service", "ec2.amazonaws.com", "sts:TagSession"))
	assert.False(t, trust.Allows("Service", "pods.eks.amazonaws.com", "sts:AssumeRole"))
	assert.Equal(t, []string{"ec2.amazonaws.com", "eks.amazonaws.com"}, trust.Principals("Service"))
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"*", "", true}, {"a*", "abc", true}, {"a*c", "abcbc", true}, {"a?c", "abc", true},
		{"a?c", "ac", false}, {"a*d", "abc", false}, {"", "a", false}, {"**", "x", true},
	} {
		assert.Equal(t, c.want, policy.Match(c.pattern, c.value), "%s on %s", c.pattern, c.value)
	}
}
