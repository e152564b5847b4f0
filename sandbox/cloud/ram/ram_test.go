package ram_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/transitgateway"
)

const (
	hub, dev = "111111111111", "222222222222"
	outside  = "999999999999" // in no organisation that the world knows
	region   = "eu-west-1"
)

// start makes a gateway in the hub and a share that holds it.
func start(t *testing.T, external bool) (*cloudtest.Harness, *cloudtest.Client, *cloudtest.Resource, *cloudtest.Resource) {
	h := cloudtest.New(t, ec2.Register, transitgateway.Register, ram.Register)
	c := h.As(hub, region)
	gateway := c.Create(transitgateway.Gateway, cloud.Props{})
	share := c.Create(ram.Share, cloud.Props{"name": "gateway", "allowExternalPrincipals": external})
	c.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": gateway.State["arn"]})
	return h, c, gateway, share
}

func principal(share *cloudtest.Resource, name string) cloud.Props {
	return cloud.Props{"resourceShareArn": share.ID, "principal": name}
}

func TestWhoMayBeAPrincipal_N6(t *testing.T) {
	for name, test := range map[string]struct {
		principal string
		external  bool
		code      string
	}{
		"an account of the organisation":            {dev, false, ""},
		"the organisation":                          {"arn:aws:organizations::444444444444:organization/o-retail0000001", false, ""},
		"another organisation":                      {"arn:aws:organizations::444444444444:organization/o-other00000001", false, "UnknownResourceException"},
		"a unit that does not exist":                {"arn:aws:organizations::444444444444:ou/o-retail0000001/ou-ab12-cdefgh34", false, "UnknownResourceException"},
		"an account outside, though not allowed":    {outside, false, "OperationNotPermittedException"},
		"a role outside, though not allowed":        {"arn:aws:iam::" + outside + ":role/x", false, "OperationNotPermittedException"},
		"an account outside, where that is allowed": {outside, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, c, _, share := start(t, test.external)
			_, err := c.TryCreate(ram.Principal, principal(share, test.principal))
			assert.Equal(t, test.code, cloud.Code(err), "%v", err)
		})
	}
	_, c, _, share := start(t, false)
	for _, bare := range []string{"ou-ab12-cdefgh34", "o-retail0000001", "12345"} {
		_, broken := c.Check(ram.Principal, principal(share, bare))
		assert.NotEmpty(t, broken, "%s is neither an account ID nor an ARN", bare)
	}
}

func TestInsideTheOrganisationThereIsNoInvitation_N6(t *testing.T) {
	h, c, gateway, share := start(t, false)
	spoke := h.As(dev, region)
	find := func() error {
		_, err := spoke.TryInvoke("aws:ec2transitgateway/getTransitGateway:getTransitGateway", cloud.Props{"id": gateway.ID})
		return err
	}
	assert.Error(t, find(), "not shared yet")
	given := c.Create(ram.Principal, principal(share, dev))
	assert.NoError(t, find(), "shared at once")
	_, err := spoke.TryCreate(ram.Accepter, cloud.Props{"shareArn": share.ID})
	assert.ErrorContains(t, err, "no pending RAM Resource Share")
	out := spoke.Invoke("aws:ram/getResourceShare:getResourceShare", cloud.Props{"name": "gateway", "resourceOwner": "OTHER-ACCOUNTS"})
	assert.Equal(t, hub, out["owningAccountId"])
	c.Delete(given)
	assert.Error(t, find(), "no longer shared")
}

func TestOutsideTheOrganisationAnInvitationIsAccepted_N6(t *testing.T) {
	h, c, gateway, share := start(t, true)
	stranger := h.As(outside, region)
	find := func() error {
		_, err := stranger.TryInvoke("aws:ec2transitgateway/getTransitGateway:getTransitGateway", cloud.Props{"id": gateway.ID})
		return err
	}
	_, err := stranger.TryCreate(ram.Accepter, cloud.Props{"shareArn": share.ID})
	assert.Error(t, err, "not invited yet")
	c.Create(ram.Principal, principal(share, outside))
	assert.Error(t, find(), "invited, not accepted")
	accepted := stranger.Create(ram.Accepter, cloud.Props{"shareArn": share.ID})
	assert.Equal(t, []any{gateway.State["arn"]}, accepted.State["resources"])
	assert.NoError(t, find())
	err = c.FailsUpdate(share, cloud.Props{"name": "gateway", "allowExternalPrincipals": false}, "OperationNotPermittedException")
	assert.ErrorContains(t, err, "within your AWS Organization")
}

func TestOnlyOwnResourcesAreShared(t *testing.T) {
	h, c, gateway, share := start(t, false)
	for arn, code := range map[string]string{
		"arn:aws:ec2:eu-west-1:111111111111:transit-gateway/tgw-0": "UnknownResourceException",
		"arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-0":             "UnknownResourceException",
	} {
		c.FailsCreate(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": arn}, code)
	}
	other := h.As(dev, region)
	theirs := other.Create(ram.Share, cloud.Props{"name": "mine"})
	other.FailsCreate(ram.Resource, cloud.Props{"resourceShareArn": theirs.ID, "resourceArn": gateway.State["arn"]}, "UnknownResourceException")
	c.FailsCreate(ram.Principal, cloud.Props{"resourceShareArn": "arn:aws:ram:eu-west-1:111111111111:resource-share/0", "principal": dev},
		"UnknownResourceException")
	c.Delete(share)
	assert.Empty(t, h.Records(ram.Resource), "associations go with the share")
}
