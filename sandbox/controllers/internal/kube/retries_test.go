package kube

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAConflictIsTriedAgainSoon(t *testing.T) {
	r := NewRetries()
	for range 10 {
		r.Behind("conflict")
		r.Failed("failure")
	}
	assert.Less(t, time.Until(r.held["conflict"].until), time.Second, "however often: the next version is on its way")
	assert.Greater(t, time.Until(r.held["failure"].until), time.Second)
}
