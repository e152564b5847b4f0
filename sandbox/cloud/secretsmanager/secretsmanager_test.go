package secretsmanager_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	sm "retail/sandbox/cloud/secretsmanager"
)

const account, region = "222222222222", "eu-west-1"

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client, *cloudtest.Resource) {
	h := cloudtest.New(t, iam.Register, kms.Register, sm.Register)
	c := h.As(account, region)
	return h, c, c.Create(kms.Key, cloud.Props{})
}

func TestASecretKeepsItsNameWhileItCanBeHadBack(t *testing.T) {
	h, c, key := setUp(t)
	before := h.World.Identifiers()
	inputs := cloud.Props{"name": "retail/cache", "kmsKeyId": key.State["arn"], "recoveryWindowInDays": 7.}
	secret := c.Create(sm.Secret, inputs)
	assert.Regexp(t, `^arn:aws:secretsmanager:eu-west-1:222222222222:secret:retail/cache-[0-9a-f]{6}$`, secret.ID)
	c.FailsCreate(sm.Secret, inputs, "ResourceExistsException")
	version := c.Create(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "first"})
	c.Delete(version)
	c.Delete(secret)
	assert.Equal(t, before, h.World.Identifiers(), "what waits for its deletion is no left-over")
	c.FailsCreate(sm.Secret, inputs, "InvalidRequestException")
	c.FailsCreate(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "late"}, "InvalidRequestException")
	c.FailsCreate(sm.Version, cloud.Props{"secretId": "absent", "secretString": "late"}, "ResourceNotFoundException")

	now := c.Create(sm.Secret, cloud.Props{"name": "at-once", "recoveryWindowInDays": 0.})
	c.Delete(now)
	c.Create(sm.Secret, cloud.Props{"name": "at-once"})
}

func TestVersionsPassTheirLabelsOn(t *testing.T) {
	_, c, _ := setUp(t)
	secret := c.Create(sm.Secret, cloud.Props{})
	first := c.Create(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "first"})
	second := c.Create(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "second"})
	third := c.Create(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "third"})
	assert.Equal(t, []any{}, c.Read(first)["versionStages"])
	assert.Equal(t, []any{"AWSPREVIOUS"}, c.Read(second)["versionStages"])
	assert.Equal(t, []any{"AWSCURRENT"}, c.Read(third)["versionStages"])
	assert.Equal(t, secret.ID, third.State["arn"])
	assert.True(t, c.Diff(third, cloud.Props{"secretId": secret.ID, "secretString": "fourth"}).Replaces())
}

func TestASecretIsEncryptedByAKeyThatWorks(t *testing.T) {
	_, c, key := setUp(t)
	c.FailsCreate(sm.Secret, cloud.Props{"kmsKeyId": "arn:aws:kms:eu-west-1:222222222222:key/absent"}, "EncryptionFailure")
	off := c.Create(kms.Key, cloud.Props{"isEnabled": false})
	c.FailsCreate(sm.Secret, cloud.Props{"kmsKeyId": off.ID}, "EncryptionFailure")
	secret := c.Create(sm.Secret, cloud.Props{"kmsKeyId": key.ID})
	c.Delete(key)
	c.FailsCreate(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "x"}, "EncryptionFailure")
}

func TestWhatIsNotSimulatedIsRefused(t *testing.T) {
	_, c, _ := setUp(t)
	for want, inputs := range map[string]cloud.Props{
		"recoveryWindowInDays": {"recoveryWindowInDays": 3.},
		"replicas":             {"replicas": []any{cloud.Props{"region": "us-east-1"}}},
	} {
		_, broken := c.Check(sm.Secret, inputs)
		require.Len(t, broken, 1, want)
		assert.Contains(t, broken[0], want)
	}
	_, broken := c.Check(sm.Version, cloud.Props{"secretId": "x"})
	assert.Len(t, broken, 1)
	_, broken = c.Check(sm.Version, cloud.Props{"secretId": "x", "secretString": "a", "versionStages": []any{"mine"}})
	assert.Len(t, broken, 1)
}

func TestPoliciesAreParsed(t *testing.T) {
	_, c, _ := setUp(t)
	secret := c.Create(sm.Secret, cloud.Props{})
	c.FailsCreate(sm.Policy, cloud.Props{"secretArn": secret.ID, "policy": "{}"}, "MalformedPolicyDocumentException")
	c.FailsCreate(sm.Policy, cloud.Props{"secretArn": "absent", "policy": "{}"}, "ResourceNotFoundException")
}

// value asks for a secret's value as a role.
func value(h *cloudtest.Harness, arn, role string) (text string, err error) {
	seen := h.World.View(account, region, func(c *cloud.Call) error { text, err = sm.Value(c, arn, role); return nil })
	if seen != nil {
		return "", seen
	}
	return text, err
}

func TestAValueIsGivenToWhomPoliciesLetS4(t *testing.T) {
	h, c, key := setUp(t)
	secret := c.Create(sm.Secret, cloud.Props{"kmsKeyId": key.State["arn"]})
	role := c.Create(iam.Role, cloud.Props{"name": "orders", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` +
		`"Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}}`})
	arn, _ := role.State["arn"].(string)
	_, err := value(h, secret.ID, arn)
	assert.Equal(t, "AccessDenied", strings.TrimSuffix(cloud.Code(err), "Exception"))

	allow := func(name, action, resource string) {
		c.Create(iam.RolePolicy, cloud.Props{"name": name, "role": "orders", "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` +
			`"Action":"` + action + `","Resource":"` + resource + `"}}`})
	}
	allow("secret", "secretsmanager:GetSecretValue", secret.ID)
	_, err = value(h, secret.ID, arn)
	assert.ErrorContains(t, err, "Access to KMS is not allowed", "the key is asked too")
	keyARN, _ := key.State["arn"].(string)
	allow("key", "kms:Decrypt", keyARN)
	_, err = value(h, secret.ID, arn)
	assert.Equal(t, "ResourceNotFoundException", cloud.Code(err), "there is no value yet")

	c.Create(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "first"})
	c.Create(sm.Version, cloud.Props{"secretId": secret.ID, "secretString": "second"})
	text, err := value(h, secret.ID, arn)
	require.NoError(t, err)
	assert.Equal(t, "second", text)

	c.Create(sm.Policy, cloud.Props{"secretArn": secret.ID, "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Deny",` +
		`"Principal":{"AWS":"` + arn + `"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}`})
	_, err = value(h, secret.ID, arn)
	assert.ErrorContains(t, err, "explicit deny in a resource-based policy")
	_, err = value(h, "arn:absent", arn)
	assert.Equal(t, "ResourceNotFoundException", cloud.Code(err))
}

func TestRotationGivesAManagedSecretANewPassword(t *testing.T) {
	h, c, key := setUp(t)
	var arn string
	change := func(f func(*cloud.Call) error) error { return h.World.Change(account, region, "test", f) }
	value := func() (text string) {
		require.NoError(t, h.World.View(account, region, func(call *cloud.Call) error {
			text, _ = call.Get("aws:secretsmanager/ownedValue:OwnedValue", arn).State["secretString"].(string)
			return nil
		}))
		return text
	}
	require.NoError(t, change(func(call *cloud.Call) error {
		arn = sm.Own(call, "database", "rds!cluster-1", "of a database", key.ID, `{"username":"retail","password":"first"}`)
		return nil
	}))
	rotate := func() error { return change(func(call *cloud.Call) error { return sm.Rotate(call, arn) }) }
	require.NoError(t, rotate())
	first := value()
	assert.Regexp(t, `^\{"password":"[0-9a-f]{28}","username":"retail"\}$`, first)
	require.NoError(t, rotate())
	assert.NotEqual(t, first, value())

	arn = c.Create(sm.Secret, cloud.Props{"name": "own"}).ID
	assert.ErrorContains(t, rotate(), "InvalidRequestException")
	arn = "absent"
	assert.ErrorContains(t, rotate(), "ResourceNotFoundException")
}
