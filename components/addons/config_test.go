package addons

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigurationIsTheSameTextEveryTime(t *testing.T) {
	override := map[string]any{"env": map[string]any{"Z": "1", "A": "2"}, "extra": []any{"x"}}
	first, err := configure(newVpcCniConfig(1), override)
	require.NoError(t, err)
	for range 20 {
		again, err := configure(newVpcCniConfig(1), override)
		require.NoError(t, err)
		assert.Equal(t, first, again)
	}
	assert.Contains(t, first, `"env":{"A":"2","AWS_VPC_K8S_CNI_EXTERNALSNAT":"false","ENABLE_PREFIX_DELEGATION":"true"`)
}

func TestNoConfigurationIsNoText(t *testing.T) {
	text, err := configure(nil, nil)
	require.NoError(t, err)
	assert.Empty(t, text)
}

func TestMergeReplacesListsAndKeepsTheBase(t *testing.T) {
	base := map[string]any{"list": []any{1, 2}, "object": map[string]any{"kept": true, "changed": 1}}
	merged := merge(base, map[string]any{"list": []any{3}, "object": map[string]any{"changed": 2}, "new": "x"})
	assert.Equal(t, map[string]any{"list": []any{3}, "object": map[string]any{"kept": true, "changed": 2}, "new": "x"}, merged)
	assert.Equal(t, 1, base["object"].(map[string]any)["changed"])
}
