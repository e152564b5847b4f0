package kube

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestABellIsHeardOnceHoweverOftenItRang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, news, started := NewBell(), make(chan struct{}, 1), time.Now()
		b.Ring()
		b.Ring()
		time.AfterFunc(Settle/2, func() { b.Ring(); news <- struct{}{} }) // while the first settles
		assert.True(t, b.Wait(t.Context(), news))
		assert.Equal(t, Settle, time.Since(started))
		ctx, end := context.WithTimeout(t.Context(), time.Hour)
		defer end()
		assert.False(t, b.Wait(ctx, news), "nothing is left to hear")
	})
}

func TestABellWakesForNewsAndAtTheFirstOfSomeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, news, started := NewBell(), make(chan struct{}, 1), time.Now()
		assert.True(t, b.Wait(t.Context(), nil, time.Time{}, started.Add(time.Hour), started.Add(time.Minute)))
		assert.Equal(t, time.Minute+Settle, time.Since(started))
		news <- struct{}{}
		assert.True(t, b.Wait(t.Context(), news, time.Time{}))
		b.RingAgain()
		assert.True(t, b.Wait(t.Context(), news))
		assert.Equal(t, time.Minute+3*Settle+again, time.Since(started))
	})
}
