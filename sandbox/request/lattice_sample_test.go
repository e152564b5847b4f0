package request_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/request"
)

// VPC Lattice counts what its own policies refuse as its own answers, and targets' answers
// as theirs.
func TestServicesOfVPCLatticeSeeWhoAnswers(t *testing.T) {
	e := newEast(t)
	for from, want := range map[string]struct {
		status   int
		byTarget bool
	}{callerAccount + "/orders": {200, true}, callerAccount + "/catalog": {403, false}} {
		caller, ok := request.ParseCaller(from)
		require.True(t, ok)
		w := request.New(e.h.World.Records(), 7)
		w.Lattice(e.h.World.View)
		var seen []request.Sample
		w.Observe(func(s request.Sample) { seen = append(seen, s) })
		w.Do(request.Request{URL: &url.URL{Scheme: "https", Host: vpclattice.DomainName(e.h.Records(vpclattice.Service)[0]), Path: "/catalog"}, From: caller})
		require.Len(t, seen, 1, from)
		assert.Nil(t, seen[0].Balancer)
		assert.Equal(t, e.service.ID, seen[0].Service.ID)
		assert.Equal(t, want.status, seen[0].Status, from)
		assert.Equal(t, want.byTarget, seen[0].ByTarget, from)
		assert.Equal(t, want.byTarget, seen[0].Group != nil, from)
	}
}
