package picture

import (
	"slices"
	"strings"
)

// kinds of stores by resource type.
var stores = map[string]string{
	"aws:rds/cluster:Cluster":                           "Aurora",
	"aws:dynamodb/table:Table":                          "DynamoDB",
	"aws:elasticache/replicationGroup:ReplicationGroup": "ElastiCache",
	"aws:sqs/queue:Queue":                               "SQS",
	"aws:mq/broker:Broker":                              "Amazon MQ",
}

// stores draws the data stores, which belong to the VPC and to no colour: every
// colour uses the same ones. A queue that only takes what another could not
// deliver counts to that one.
func (b *builder) stores() {
	for _, component := range b.of("retail:datastores:Datastores") {
		vpc := b.vpcs[component.Name]
		if vpc == nil {
			continue
		}
		var data *Box
		for _, r := range b.of(sortedKeys(stores)...) {
			if !b.below(r, component.URN) || strings.HasSuffix(r.Name, "-dead-letters") {
				continue
			}
			if data == nil {
				data = vpc.add(Group, "data", "data stores")
				b.byURN[component.URN] = data
			}
			role := strings.TrimPrefix(strings.TrimPrefix(r.Name, component.Name+"-"), "data-")
			engine := strings.TrimPrefix(r.text("engine"), "aurora-")
			b.claim(r, data.add(Store, role, slices.DeleteFunc([]string{role, stores[r.Type], engine}, func(l string) bool { return l == "" })...))
		}
		for _, name := range sortedKeys(b.clusters) {
			if owner, _, _ := b.colourOf(name); owner == component.Name && data != nil {
				b.picture.Arrows = append(b.picture.Arrows, Arrow{From: b.clusters[name], To: data, Op: among(b.clusters[name].Op, Create, Delete)})
			}
		}
	}
}

// among is an operation if it is one of those given, else Same.
func among(op Op, of ...Op) Op {
	if slices.Contains(of, op) {
		return op
	}
	return Same
}
