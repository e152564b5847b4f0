package tags_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"retail/components/internal/tags"
)

func TestNamedSetsNameAndLaterSetsWin(t *testing.T) {
	got := tags.Named("subnet", map[string]string{tags.PublicELB: "0"}, map[string]string{tags.PublicELB: tags.RoleEnabled})
	assert.Equal(t, pulumi.StringMap{"Name": pulumi.String("subnet"), "kubernetes.io/role/elb": pulumi.String("1")}, got)
}

func TestMergeLeavesItsArgumentsAlone(t *testing.T) {
	first := map[string]string{"a": "1"}
	assert.Equal(t, map[string]string{"a": "2", "b": "3"}, tags.Merge(first, map[string]string{"a": "2", "b": "3"}))
	assert.Equal(t, map[string]string{"a": "1"}, first)
}

func TestClusterKey(t *testing.T) {
	assert.Equal(t, "kubernetes.io/cluster/dev-main-blue", tags.ClusterKey("dev-main-blue"))
	assert.Equal(t, []string{"a", "b"}, tags.Sorted(map[string]int{"b": 1, "a": 2}))
}
