package cloud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
)

func TestWhatIsNotSimulatedNamesTheFileToExtend(t *testing.T) {
	world := cloudtest.NewWith(t, cloud.Options{}).World
	for token, file := range map[string]string{
		"aws:ec2/vpc:Vpc": "sandbox/cloud/ec2/vpc.go",
		"aws:ec2transitgateway/multicastDomain:MulticastDomain": "sandbox/cloud/transitgateway/multicastdomain.go",
		"aws:cloudwatch/logStream:LogStream":                    "sandbox/cloud/logs/logstream.go",
	} {
		_, _, err := world.Check(&cloud.Session{}, cloud.CheckRequest{Token: token})
		assert.ErrorContains(t, err, file)
	}
	_, err := world.Invoke(t.Context(), &cloud.Session{}, "aws:index/getCanonicalUserId:getCanonicalUserId", nil)
	assert.ErrorContains(t, err, "sandbox/cloud/sts/getcanonicaluserid.go")
}

func TestTypeWithoutFactsIsRefused(t *testing.T) {
	world := cloudtest.New(t, register).World
	_, _, err := world.Check(&cloud.Session{}, cloud.CheckRequest{Token: box})
	assert.ErrorContains(t, err, "sandbox/facts/generate/mapping/test.yaml")
}
