package vpclattice_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/vpclattice"
)

func TestAccessLogsOfANetwork(t *testing.T) {
	f := start(t)
	group := f.hub.Create(logs.Group, cloud.Props{"name": "/aws/vendedlogs/vpclattice/retail-dev"})
	subscribe := func(destination string) cloud.Props {
		return cloud.Props{"resourceIdentifier": f.arn(f.network), "destinationArn": destination}
	}
	arn := group.State["arn"].(string)
	s := f.hub.Create(vpclattice.LogSubscription, subscribe(arn))
	assert.Regexp(t, "^als-", s.ID)
	assert.Equal(t, "SERVICE", s.State["serviceNetworkLogType"])
	assert.Equal(t, f.arn(f.network), s.State["resourceArn"])
	assert.Len(t, f.h.Records(logs.ResourcePolicy), 1, "the delivery service lets itself in")
	other := f.hub.Create(logs.Group, cloud.Props{"name": "/another"})
	f.hub.FailsCreate(vpclattice.LogSubscription, subscribe(other.State["arn"].(string)), "ConflictException")
	f.hub.FailsCreate(vpclattice.LogSubscription, subscribe("arn:aws:s3:::not-there-at-all"), "AccessDeniedException")
	f.FailsCreate(vpclattice.LogSubscription, subscribe(arn), "AccessDeniedException")
	own := f.Create(vpclattice.Network, cloud.Props{"name": "own"})
	f.FailsCreate(vpclattice.LogSubscription, cloud.Props{"resourceIdentifier": own.ID, "destinationArn": arn}, "ValidationException")
	missing := subscribe("arn:aws:logs:eu-west-1:" + dev + ":log-group:/missing")
	missing["resourceIdentifier"] = own.ID
	f.FailsCreate(vpclattice.LogSubscription, missing, "ValidationException")
	_, broken := f.Check(vpclattice.LogSubscription, subscribe("arn:aws:firehose:eu-west-1:"+dev+":deliverystream/x"))
	assert.Len(t, broken, 1, "not simulated, and said so")
	f.hub.Delete(s)
}
