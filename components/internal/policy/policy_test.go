package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/internal/policy"
)

func TestDocumentComesOutTheSameForTheSameMeaning(t *testing.T) {
	one := policy.Document{{Actions: []string{"s3:PutObject", "s3:GetObject"}, Resources: []string{"arn:b", "arn:a", "arn:a"}}}
	two := policy.Document{{Effect: policy.Allow, Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: []string{"arn:a", "arn:b"}}}

	first, err := one.JSON()
	require.NoError(t, err)
	second, err := two.JSON()
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.Equal(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:a","arn:b"]}]}`, first)
	assert.Equal(t, []string{"s3:PutObject", "s3:GetObject"}, one[0].Actions, "the caller's list must stay as it was")
}

func TestTrustPolicies(t *testing.T) {
	plain, err := policy.Trust("eks.amazonaws.com", policy.FromAccount("222222222222")).JSON()
	require.NoError(t, err)
	assert.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["eks.amazonaws.com"]},
		"Action":["sts:AssumeRole"],"Condition":{"StringEquals":{"aws:SourceAccount":["222222222222"]}}}]}`, plain)

	tagged, err := policy.TrustWithSessionTags("pods.eks.amazonaws.com", nil).JSON()
	require.NoError(t, err)
	assert.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["pods.eks.amazonaws.com"]},
		"Action":["sts:AssumeRole","sts:TagSession"]}]}`, tagged)
}

func TestIncompleteDocumentsAreErrors(t *testing.T) {
	_, err := policy.Document{}.JSON()
	require.ErrorContains(t, err, "at least one statement")
	_, err = policy.Document{{Sid: "Read", Resources: []string{"*"}}}.JSON()
	require.ErrorContains(t, err, `statement 0 ("Read") has no actions`)
}
