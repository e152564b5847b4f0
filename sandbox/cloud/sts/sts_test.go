package sts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/sts"
)

func TestCallerIsTheSessionOfTheProvider(t *testing.T) {
	h := cloudtest.New(t, sts.Register)
	c := h.As("333333333333", "eu-west-1")
	who := c.Invoke("aws:index/getCallerIdentity:getCallerIdentity", nil)
	assert.Equal(t, "333333333333", who["accountId"])
	assert.Equal(t, "arn:aws:sts::333333333333:assumed-role/retail-deploy/test", who["arn"])
	assert.Equal(t, who, c.Invoke("aws:index/getCallerIdentity:getCallerIdentity", nil))
}

func TestPartitionAndRegion(t *testing.T) {
	h := cloudtest.New(t, sts.Register)
	c := h.As("333333333333", "eu-west-1")
	assert.Equal(t, "aws", c.Invoke("aws:index/getPartition:getPartition", nil)["partition"])
	assert.Equal(t, "Europe (Ireland)", c.Invoke("aws:index/getRegion:getRegion", nil)["description"])
	c.FailsInvoke("aws:index/getRegion:getRegion", cloud.Props{"name": "eu-nowhere-1"}, "InvalidParameterValue")
}
