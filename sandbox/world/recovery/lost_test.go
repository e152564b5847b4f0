package recovery_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/world/recovery"
)

// G7: AWS made it, nobody was told.
func TestLostIsWhatAStackMadeAndDoesNotKnow(t *testing.T) {
	export := `{"deployment":{"resources":[
	  {"urn":"urn:pulumi:dev::retail::t::a","id":"known"},{"urn":"urn:pulumi:dev::retail::t::b","id":"b"}]}}`
	known := recovery.Made{URN: "urn:pulumi:dev::retail::t::a", ID: "known"}
	first := recovery.Made{URN: "urn:pulumi:dev::retail::t::a", ID: "first"}
	never := recovery.Made{URN: "urn:pulumi:dev::retail::t::c", ID: "b"}
	other := recovery.Made{URN: "urn:pulumi:network::retail::t::a", ID: "x"}
	lost, err := recovery.Lost([]byte(export), "dev", []recovery.Made{known, first, never, other, {ID: "implied"}})
	require.NoError(t, err)
	assert.Equal(t, []recovery.Made{first, never}, lost)
}
