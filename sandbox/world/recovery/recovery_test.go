package recovery_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/world/recovery"
)

const interrupted = `{"version":3,"deployment":{
  "resources":[{"urn":"urn:stack"},{"urn":"urn:replaced","id":"old","custom":true}],
  "pending_operations":[
    {"type":"creating","resource":{"urn":"urn:made","custom":true,"inputs":{"a":1}}},
    {"type":"creating","resource":{"urn":"urn:never","custom":true}},
    {"type":"creating","resource":{"urn":"urn:replaced","custom":true}},
    {"type":"updating","resource":{"urn":"urn:updated","custom":true,"id":"u"}}]}}`

func finder(ids map[string][]string) recovery.Finder {
	return func(p recovery.Pending) ([]string, error) { return ids[p.URN], nil }
}

// G7: what exists is adopted, what does not is struck off.
func TestSettleAdoptsWhatExistsAndStrikesOffWhatDoesNot(t *testing.T) {
	settled, err := recovery.Settle([]byte(interrupted), finder(map[string][]string{
		"urn:made": {"m-1"}, "urn:replaced": {"old", "new"},
	}))
	require.NoError(t, err)
	assert.Equal(t, []string{"urn:made", "urn:replaced"}, settled.Found)
	assert.Equal(t, []string{"urn:never"}, settled.Missing)

	var got struct {
		Deployment struct {
			Resources []struct {
				URN, ID string
				Delete  bool
			}
			Pending []any `json:"pending_operations"`
		}
	}
	require.NoError(t, json.Unmarshal(settled.Checkpoint, &got))
	assert.Empty(t, got.Deployment.Pending)
	assert.Equal(t, []struct {
		URN, ID string
		Delete  bool
	}{{"urn:stack", "", false}, {"urn:replaced", "old", true}, {"urn:made", "m-1", false}, {"urn:replaced", "new", false}},
		got.Deployment.Resources)
}

func TestSettleLeavesTwoCandidatesToAHuman(t *testing.T) {
	_, err := recovery.Settle([]byte(interrupted), finder(map[string][]string{"urn:made": {"m-1", "m-2"}}))
	assert.ErrorContains(t, err, "urn:made: 2 resources may be it (m-1, m-2)")
}

func TestSettleHasNothingToDoForAStackAtRest(t *testing.T) {
	settled, err := recovery.Settle([]byte(`{"deployment":{"resources":[]}}`), finder(nil))
	require.NoError(t, err)
	assert.Nil(t, settled)
}

func TestObjectsAreFoundByTheirNames(t *testing.T) {
	find := recovery.Objects(finder(map[string][]string{"urn:vpc": {"vpc-1"}}))
	for name, test := range map[string]struct {
		pending recovery.Pending
		want    []string
	}{
		"cluster-wide": {recovery.Pending{Type: "kubernetes:core/v1:Namespace", Inputs: map[string]any{"metadata": map[string]any{"name": "shop"}}}, []string{"shop"}},
		"namespaced": {recovery.Pending{Type: "kubernetes:core/v1:Service", Inputs: map[string]any{
			"metadata": map[string]any{"name": "ui", "namespace": "shop"}}}, []string{"shop/ui"}},
		"generated name": {recovery.Pending{Type: "kubernetes:core/v1:Service", Inputs: map[string]any{}}, nil},
		"of AWS":         {recovery.Pending{Type: "aws:ec2/vpc:Vpc", URN: "urn:vpc"}, []string{"vpc-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := find(test.pending)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

// G7: the engine was killed while it wrote.
func TestMendRemovesHalfWrittenAttributesOnly(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"a.json": "", "a.json.attrs": "", "b.json.attrs": `{"md5":"x"}`, "c.json.attrs": `{"md`} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	require.NoError(t, recovery.Mend(folder))
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(folder, "a.json"), filepath.Join(folder, "b.json.attrs")}, left)
	require.NoError(t, recovery.Mend(filepath.Join(folder, "absent")))
}
