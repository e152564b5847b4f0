package kms_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register)
	return h, h.As("222222222222", "eu-west-1")
}

func keyPolicy(principal, action string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":"` + action + `","Resource":"*"}}`
}

func TestKeyPolicyMustNotLockItsOwnerOut(t *testing.T) {
	_, c := client(t)
	root := `{"AWS":"arn:aws:iam::222222222222:root"}`
	c.FailsCreate(kms.Key, cloud.Props{"policy": keyPolicy(root, "kms:Encrypt")}, "MalformedPolicyDocumentException")
	c.FailsCreate(kms.Key, cloud.Props{"policy": keyPolicy(`{"AWS":"arn:aws:iam::222222222222:role/absent"}`, "kms:*")}, "MalformedPolicyDocumentException")
	c.FailsCreate(kms.Key, cloud.Props{"policy": `{"Version":"2012-10-17"}`}, "MalformedPolicyDocumentException")
	c.Create(kms.Key, cloud.Props{"policy": keyPolicy(root, "kms:*")})
	c.Create(kms.Key, cloud.Props{"policy": keyPolicy(`{"AWS":"arn:aws:iam::222222222222:role/retail-deploy"}`, "kms:Put*")})
	c.Create(kms.Key, cloud.Props{"policy": keyPolicy(root, "kms:Encrypt"), "bypassPolicyLockoutSafetyCheck": true})
}

func TestKeyHasADefaultPolicyAndRotatesYearly(t *testing.T) {
	_, c := client(t)
	key := c.Create(kms.Key, cloud.Props{"enableKeyRotation": true})
	assert.Contains(t, key.State["policy"], "arn:aws:iam::222222222222:root")
	assert.Equal(t, 365., key.State["rotationPeriodInDays"])
	assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, key.ID)
	_, broken := c.Check(kms.Key, cloud.Props{"rotationPeriodInDays": 90., "enableKeyRotation": false})
	assert.Len(t, broken, 1)
	assert.True(t, c.Diff(key, cloud.Props{"enableKeyRotation": true, "keyUsage": "SIGN_VERIFY"}).Replaces())
}

func TestDeletedKeyIsPendingAndNoLeftOver(t *testing.T) {
	h, c := client(t)
	before := h.World.Identifiers()
	key := c.Create(kms.Key, cloud.Props{"deletionWindowInDays": 7.})
	alias := c.Create(kms.Alias, cloud.Props{"name": "alias/retail", "targetKeyId": key.State["arn"]})
	assert.Equal(t, key.ID, alias.State["targetKeyId"])
	c.FailsCreate(kms.Alias, cloud.Props{"name": "alias/retail", "targetKeyId": key.ID}, "AlreadyExistsException")
	c.Delete(alias)
	c.Delete(key)
	assert.Equal(t, before, h.World.Identifiers())
	assert.Len(t, h.Records(kms.Pending), 1)
	c.FailsCreate(kms.Alias, cloud.Props{"name": "alias/retail", "targetKeyId": key.ID}, "KMSInvalidStateException")
	c.FailsCreate(kms.Alias, cloud.Props{"name": "alias/retail", "targetKeyId": "absent"}, "NotFoundException")
}

func TestAliasOfAWSIsRefused(t *testing.T) {
	_, c := client(t)
	for _, name := range []string{"alias/aws/eks", "retail"} {
		_, broken := c.Check(kms.Alias, cloud.Props{"name": name, "targetKeyId": "k"})
		assert.Len(t, broken, 1, name)
	}
}
