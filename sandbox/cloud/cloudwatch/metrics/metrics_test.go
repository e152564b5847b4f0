package metrics_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud/cloudwatch/metrics"
)

var (
	real  = metrics.Pace{Minute: time.Minute}
	noon  = time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)
	some  = metrics.Metric{Account: "222222222222", Region: "eu-west-1", Namespace: "AWS/ApplicationELB", Name: "RequestCount"}
	quick = metrics.Pace{Minute: 2 * time.Second}
)

func TestAPaceIsTheWallsOrQuicker(t *testing.T) {
	assert.Equal(t, noon.Unix(), real.At(noon))
	assert.Equal(t, noon, real.Wall(noon.Unix()))
	assert.Equal(t, int64(60), quick.At(noon.Add(2*time.Second))-quick.At(noon), "sixty seconds in two")
	assert.Equal(t, int64(30), quick.At(noon.Add(time.Second))-quick.At(noon))
	assert.Equal(t, noon.Add(3*time.Second), quick.Wall(quick.At(noon)+90))
}

func TestPeriodsHoldWhatWasSeenInThem(t *testing.T) {
	s := metrics.New(real)
	for second, value := range map[int]float64{0: 1, 59: 2, 60: 10, 185: 4} {
		s.Put(some, noon.Add(time.Duration(second)*time.Second), value, 1)
	}
	end := noon.Unix() + 240
	minutes := s.Periods(some, end, 60, 4)
	require.Len(t, minutes, 3, "a minute without data has no point")
	assert.Equal(t, 3., minutes[noon.Unix()].Sum)
	assert.Equal(t, 2., minutes[noon.Unix()].Max)
	assert.Nil(t, minutes[noon.Unix()+120])
	halves := s.Periods(some, end, 120, 2)
	assert.Equal(t, 13., halves[noon.Unix()].Sum)
	assert.Equal(t, 4., halves[noon.Unix()+120].Sum)
	assert.Len(t, s.Periods(some, end, 60, 1), 1, "only as far back as asked")
	assert.Len(t, s.Periods(some, noon.Unix()+60, 10, 6), 1, "data is a minute's")
	assert.Empty(t, s.Periods(metrics.Metric{Name: "other"}, end, 60, 4))
}

func TestStatistics(t *testing.T) {
	s := metrics.New(real)
	for n := 1; n <= 100; n++ {
		s.Put(some, noon, float64(n)/1000, 1)
	}
	p := s.Periods(some, noon.Unix()+60, 60, 1)[noon.Unix()]
	for name, want := range map[string]float64{"SampleCount": 100, "Sum": 5.05, "Average": .0505, "Minimum": .001, "Maximum": .1, "p50": .05, "p99": .099, "p99.9": .1} {
		got, err := p.Statistic(name)
		require.NoError(t, err, name)
		assert.InDelta(t, want, got, 1e-9, name)
		assert.True(t, metrics.Known(name), name)
	}
	_, err := p.Statistic("tm90")
	require.ErrorContains(t, err, "not simulated")
	assert.False(t, metrics.Known("tm90"))
}

func TestMemoryIsBounded(t *testing.T) {
	s := metrics.New(real)
	for n := range 3000 {
		s.Put(some, noon.Add(time.Duration(n)*time.Minute), 1, 1)
	}
	assert.Len(t, s.Periods(some, noon.Unix()+3000*60, 60, 3000), 1500, "a day and a little")
	for n := range 5000 {
		s.Put(metrics.Metric{Name: "m", Dimensions: metrics.Dimensions(map[string]string{"n": time.Duration(n).String()})}, noon, 1, 1)
	}
	assert.Len(t, s.List(), 4000)
	assert.Equal(t, 1001, s.Dropped())
}

func TestAStoreOutlastsItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.json")
	s, err := metrics.Load(path, real)
	require.NoError(t, err, "there is none yet")
	s.Put(some, noon, 5, 2)
	require.NoError(t, s.Save(path))
	again, err := metrics.Load(path, real)
	require.NoError(t, err)
	assert.Equal(t, s.Periods(some, noon.Unix()+60, 60, 1), again.Periods(some, noon.Unix()+60, 60, 1))
	other, err := metrics.Load(path, quick)
	require.NoError(t, err)
	assert.Empty(t, other.List(), "minutes of another length mean nothing")
	again.SetPace(quick)
	assert.Empty(t, again.List())
}
