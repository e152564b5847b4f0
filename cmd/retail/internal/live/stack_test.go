package live

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const outputs = `{"account":"222222222222","region":"eu-west-1","deployRole":"arn:aws:iam::222222222222:role/retail-deploy",
 "clusters":{"main":{"blue":{},"green":{}}},
 "zonal":{"main":{"zones":["euw1-az1","euw1-az2"],"alarms":["errors"],"loadBalancers":{"frontDoor":"arn:door"},
  "clusters":{"blue":{"name":"retail-dev-main-blue","arn":"arn:blue"},"green":{"name":"retail-dev-main-green","arn":"arn:green"}}}}}`

func TestAStackThatIsNotUpIsRefused(t *testing.T) {
	_, err := ReadStack("dev", []byte("{}"))
	require.ErrorContains(t, err, "stack dev: must be up, with the outputs zonal, region and account, got no account, region, zonal: run pulumi up --stack dev")
	_, err = ReadStack("dev", []byte("no JSON"))
	require.ErrorContains(t, err, "the outputs of stack dev")
}

func TestTheVPCIsChosen(t *testing.T) {
	stack, err := ReadStack("dev", []byte(outputs))
	require.NoError(t, err)
	vpc, partial, err := stack.Choose("dev", "main", "euw1-az1", nil)
	require.NoError(t, err)
	assert.False(t, partial)
	assert.Len(t, vpc.Clusters, 2)
	vpc, partial, err = stack.Choose("dev", "main", "euw1-az1", []string{"green"})
	require.NoError(t, err)
	assert.True(t, partial)
	assert.Equal(t, map[string]Named{"green": {"retail-dev-main-green", "arn:green"}}, vpc.Clusters)
}

func TestWhatTheStackDoesNotHaveIsRefused(t *testing.T) {
	stack, err := ReadStack("dev", []byte(outputs))
	require.NoError(t, err)
	_, _, err = stack.Choose("dev", "other", "euw1-az1", nil)
	require.ErrorContains(t, err, "--vpc: must be a VPC of stack dev: main, got other")
	_, _, err = stack.Choose("dev", "main", "eu-west-1a", []string{"red"})
	require.ErrorContains(t, err, "--zone: must be the ID of one of the VPC's zones: euw1-az1, euw1-az2, got eu-west-1a")
	require.ErrorContains(t, err, "--colour: must be a cluster of the VPC")
}
