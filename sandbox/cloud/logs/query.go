package logs

import (
	"time"

	"retail/sandbox/cloud"
)

// QueryDefinition is a saved question of CloudWatch Logs Insights.
const QueryDefinition = "aws:cloudwatch/queryDefinition:QueryDefinition"

// queryDefinitionSpec keeps a question. CloudWatch Logs looks at neither its words nor its
// log groups before it is asked (PutQueryDefinition names no such error); a name that there
// is already makes a second one beside the first.
func queryDefinitionSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: QueryDefinition,
		API: cloud.API{Create: "logs:PutQueryDefinition", Read: "logs:DescribeQueryDefinitions",
			Update: "logs:PutQueryDefinition", Delete: "logs:DeleteQueryDefinition"},
		Latency:  cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		Create: func(c *cloud.Call) error {
			c.ID = c.Hex(8) + "-" + c.Hex(4) + "-" + c.Hex(4) + "-" + c.Hex(4) + "-" + c.Hex(12)
			c.State["name"], c.State["queryDefinitionId"] = c.Str("name"), c.ID
			return nil
		},
		Update: func(*cloud.Call) error { return nil },
	}
}
