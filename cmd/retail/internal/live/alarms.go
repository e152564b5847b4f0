package live

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"retail/cmd/retail/internal/drill/readiness"
)

// Alarms are the alarms of the names, also those that do not exist, in that order.
func Alarms(ctx context.Context, client *cloudwatch.Client, names []string) ([]readiness.Alarm, error) {
	if len(names) == 0 {
		return nil, nil // without names AWS would describe every alarm of the account
	}
	found := map[string]readiness.Alarm{}
	pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{AlarmNames: names,
		AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.MetricAlarms {
			found[aws.ToString(a.AlarmName)] = readiness.Alarm{Name: aws.ToString(a.AlarmName), State: string(a.StateValue), Reason: aws.ToString(a.StateReason)}
		}
		for _, a := range page.CompositeAlarms {
			found[aws.ToString(a.AlarmName)] = readiness.Alarm{Name: aws.ToString(a.AlarmName), State: string(a.StateValue), Reason: aws.ToString(a.StateReason)}
		}
	}
	var out []readiness.Alarm
	for _, name := range names {
		a, has := found[name]
		if !has {
			a = readiness.Alarm{Name: name, State: readiness.Missing}
		}
		out = append(out, a)
	}
	return out, nil
}
