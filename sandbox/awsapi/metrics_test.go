package awsapi_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	alarms "retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

func TestMetricsAreRead(t *testing.T) {
	p := start(t)
	c := p.as(deploy)
	noon := time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)
	of := map[string]string{"LoadBalancer": "app/door/1"}
	for minute := range 3 {
		p.store.Put(metrics.Metric{Account: account, Region: region, Namespace: "AWS/ApplicationELB", Name: "RequestCount", Dimensions: metrics.Dimensions(of)},
			noon.Add(time.Duration(minute)*time.Minute), 1, 10*(minute+1))
	}
	in := func() *cloudwatch.GetMetricStatisticsInput {
		return &cloudwatch.GetMetricStatisticsInput{Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("RequestCount"),
			Dimensions: []cwtypes.Dimension{{Name: aws.String("LoadBalancer"), Value: aws.String("app/door/1")}},
			StartTime:  &noon, EndTime: aws.Time(noon.Add(2 * time.Minute)), Period: aws.Int32(60),
			Statistics: []cwtypes.Statistic{cwtypes.StatisticSum, cwtypes.StatisticSampleCount}, ExtendedStatistics: []string{"p99"}}
	}
	out, err := c.cw.GetMetricStatistics(t.Context(), in())
	require.NoError(t, err)
	got := map[int64]float64{}
	for _, d := range out.Datapoints {
		got[d.Timestamp.Unix()] = *d.Sum
		assert.Equal(t, *d.Sum, *d.SampleCount)
		assert.Equal(t, map[string]float64{"p99": 1}, d.ExtendedStatistics)
	}
	assert.Equal(t, map[int64]float64{noon.Unix(): 10, noon.Unix() + 60: 20}, got, "the end is not within")
	other := in()
	other.MetricName = aws.String("HTTPCode_ELB_5XX_Count")
	out, err = c.cw.GetMetricStatistics(t.Context(), other)
	require.NoError(t, err)
	assert.Empty(t, out.Datapoints)
	for what, change := range map[string]func(*cloudwatch.GetMetricStatisticsInput){
		"StartTime": func(i *cloudwatch.GetMetricStatisticsInput) { i.EndTime = &noon },
		"Period":    func(i *cloudwatch.GetMetricStatisticsInput) { i.Period = aws.Int32(90) },
		"At least":  func(i *cloudwatch.GetMetricStatisticsInput) { i.Statistics, i.ExtendedStatistics = nil, nil },
		"tm90":      func(i *cloudwatch.GetMetricStatisticsInput) { i.ExtendedStatistics = []string{"tm90"} },
		"1440":      func(i *cloudwatch.GetMetricStatisticsInput) { i.EndTime = aws.Time(noon.Add(48 * time.Hour)) },
		"Unit":      func(i *cloudwatch.GetMetricStatisticsInput) { i.Unit = cwtypes.StandardUnitCount },
	} {
		bad := in()
		change(bad)
		_, err := c.cw.GetMetricStatistics(t.Context(), bad)
		require.ErrorContains(t, err, what)
	}
}

func TestAnAlarmTellsWhatItIsEvaluatedBy(t *testing.T) {
	p := start(t)
	require.NoError(t, alarms.Evaluate(p.h.World, p.store, time.Now()))
	out, err := p.as(deploy).cw.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
	require.NoError(t, err)
	require.Len(t, out.MetricAlarms, 1)
	a := out.MetricAlarms[0]
	assert.Equal(t, cwtypes.StateValueInsufficientData, a.StateValue, "without data, which is missing")
	assert.Equal(t, []int32{60, 3}, []int32{*a.Period, *a.EvaluationPeriods})
	assert.InDelta(t, 1, *a.Threshold, 0)
	assert.Equal(t, cwtypes.ComparisonOperatorGreaterThanThreshold, a.ComparisonOperator)
	assert.Equal(t, cwtypes.StatisticSum, a.Statistic)
	assert.Nil(t, a.StateUpdatedTimestamp)
	require.NoError(t, alarms.SetPace(p.h.World, p.store, time.Second))
	assert.Equal(t, time.Second, alarms.PaceOf(p.h.World).Minute)
}
