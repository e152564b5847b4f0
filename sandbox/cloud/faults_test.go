package cloud_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
)

func harness(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	t.Helper()
	h := cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(register)})
	return h, h.As("222222222222", "eu-west-1")
}

func arm(t *testing.T, h *cloudtest.Harness, f cloud.Fault) {
	t.Helper()
	_, err := h.World.AddFault(f)
	require.NoError(t, err)
}

func TestFaultBeforeTheEffectLeavesNothing(t *testing.T) {
	h, dev := harness(t)
	arm(t, h, cloud.Fault{Operation: "test:CreateBox", Nth: 2, Code: "Throttled", Message: "no"})
	dev.Create(box, cloud.Props{})
	dev.FailsCreate(box, cloud.Props{}, "Throttled")
	assert.Len(t, h.Records(box), 1)
	dev.Create(box, cloud.Props{})
	assert.Len(t, h.Records(box), 2, "it strikes once")
}

func TestFaultAfterTheEffectReturnsTheResourceToRemember(t *testing.T) {
	h, dev := harness(t)
	arm(t, h, cloud.Fault{Operation: "test:*", When: cloud.After, Kind: cloud.KindTimeout})
	_, err := dev.TryCreate(box, cloud.Props{"name": "one"})
	var unfinished *cloud.UnfinishedError
	require.ErrorAs(t, err, &unfinished)
	assert.Equal(t, h.Records(box)[0].ID, unfinished.ID)
	assert.Equal(t, "one", unfinished.State["name"])
	assert.Equal(t, "RequestTimeout", cloud.Code(err))
}

// G7: to a lost answer the AWS SDK answers with the same request again.
func TestLostAnswerMakesASecondResourceWhereAWSCannotTellThemApart(t *testing.T) {
	h, dev := harness(t)
	arm(t, h, cloud.Fault{Operation: "test:CreateBox", Kind: cloud.KindLost})
	second := dev.Create(box, cloud.Props{"name": "one"})
	require.Len(t, h.Records(box), 2)
	calls := h.World.Calls(1)
	require.Len(t, calls, 2)
	assert.Equal(t, "the answer was lost", calls[0].Result)
	assert.Equal(t, second.ID, calls[1].ID, "the caller knows the second")
	assert.NotEqual(t, calls[0].ID, calls[1].ID)
}

func TestOnlyAnAnswerCanBeLost(t *testing.T) {
	h, _ := harness(t)
	_, err := h.World.AddFault(cloud.Fault{Kind: cloud.KindLost, When: cloud.Before})
	assert.ErrorContains(t, err, "only after")
}

func TestFaultAfterADeleteIsFinishedByTheNextDelete(t *testing.T) {
	h, dev := harness(t)
	b := dev.Create(box, cloud.Props{})
	arm(t, h, cloud.Fault{Operation: "test:DeleteBox", When: cloud.After, Kind: cloud.KindTimeout})
	dev.FailsDelete(b, "RequestTimeout")
	assert.Empty(t, h.Records(box))
	dev.Delete(b)
}

func TestThrottlingIsRetriedAndCostsVirtualTime(t *testing.T) {
	h, dev := harness(t)
	before := h.World.Now()
	arm(t, h, cloud.Fault{Operation: "test:CreateBox", Kind: cloud.KindThrottle, Retries: 3})
	dev.Create(box, cloud.Props{})
	assert.Equal(t, 7*time.Second, h.World.Now().Sub(before), "1 s, 2 s and 4 s")

	arm(t, h, cloud.Fault{Operation: "test:CreateBox", Kind: cloud.KindThrottle, Retries: cloud.MaxAttempts})
	dev.FailsCreate(box, cloud.Props{}, "ThrottlingException")
}

func TestFaultWithoutOperationCountsWritesOnly(t *testing.T) {
	h, dev := harness(t)
	b := dev.Create(box, cloud.Props{})
	arm(t, h, cloud.Fault{Nth: 2})
	dev.Read(b)
	dev.Create(box, cloud.Props{})
	dev.Read(b)
	dev.FailsDelete(b, "ServiceUnavailable")
}

// G7: a create that does not answer while its engine is killed.
func TestHeldCallEndsWithItsCallerAndKeepsItsEffect(t *testing.T) {
	h, dev := harness(t)
	arm(t, h, cloud.Fault{Operation: "test:CreateBox", When: cloud.After, Kind: cloud.KindHold})
	ctx, kill := context.WithCancel(context.Background())
	failed := make(chan error)
	go func() {
		_, err := h.World.Create(ctx, dev.Session, cloud.Request{URN: "urn:a::box", Token: box, Inputs: cloud.Props{}})
		failed <- err
	}()
	require.Eventually(t, func() bool { return len(h.World.MadeBy("urn:a::box")) == 1 }, time.Second, time.Millisecond,
		"the world goes on while the call is held")
	kill()
	assert.Equal(t, "RequestCanceled", cloud.Code(<-failed))
	assert.Len(t, h.World.MadeBy("urn:a::box"), 1)
}

func TestFaultWithAWrongWordIsRefused(t *testing.T) {
	h, _ := harness(t)
	for name, f := range map[string]cloud.Fault{
		"when": {When: "during"}, "kind": {Kind: "explosion"}, "operation": {Operation: "ec2:[Create"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.World.AddFault(f)
			assert.ErrorContains(t, err, name)
		})
	}
}
