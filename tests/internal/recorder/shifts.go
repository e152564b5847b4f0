package recorder

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// shifts are the types of zonal shift and of who is told of it.
func shifts() map[string]Answer {
	return map[string]Answer{
		"aws:cloudcontrol/resource:Resource": func(name string, inputs resource.PropertyMap) (string, State) {
			state := State{"schema": "{}"}
			if text := inputs["desiredState"]; text.IsString() {
				state["properties"] = text.StringValue()
			}
			return name, state
		},
		"aws:sns/topic:Topic":                         withARN("", "sns", ""),
		"aws:sns/topicPolicy:TopicPolicy":             identified("", nil),
		"aws:sns/topicSubscription:TopicSubscription": withARN("", "sns", "subscription:"),
		"aws:cloudwatch/eventRule:EventRule":          withARN("", "events", "rule/"),
		"aws:cloudwatch/eventTarget:EventTarget":      identified("", nil),
	}
}
