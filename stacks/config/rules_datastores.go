package config

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"

	"retail/internal/problem"
)

// serverless is the Aurora instance class whose capacity follows the load.
const serverless = "db.serverless"

// Forms of instance classes, such as db.r7g.large, cache.t4g.small and mq.m7g.medium.
var (
	databaseForm = regexp.MustCompile(`^db\.(serverless|[a-z0-9]+\.[a-z0-9]+)$`)
	cacheForm    = regexp.MustCompile(`^cache\.[a-z0-9]+\.[a-z0-9]+$`)
	// brokerForm is what runs RabbitMQ 4 (Amazon MQ Developer Guide, "RabbitMQ 4").
	brokerForm = regexp.MustCompile(`^mq\.m7g\.[a-z0-9]+$`)
)

// datastoreRules are the rules of a VPC's data stores.
func datastoreRules(list *problem.List, path string, v VPC) {
	d := v.Datastores
	if d == nil {
		return
	}
	path += ".datastores"
	databaseRules(list, path+".catalog", d.Catalog, d.Relax)
	databaseRules(list, path+".orders", d.Orders, d.Relax)
	storeKind(list, path+".carts", d.Carts.Kind, d.Relax, DynamoDB)
	cacheRules(list, path+".checkout", d.Checkout, d.Relax)
	eventRules(list, path+".events", d.Events, d.Relax, len(v.Zones))
	idleRelaxations(list, path+".relax", *d)
}

// idleRelaxations refuses a reason for what is not done: it would count as given on the
// day somebody does it.
func idleRelaxations(list *problem.List, path string, d Datastores) {
	kinds := []StoreKind{d.Catalog.Kind, d.Orders.Kind, d.Carts.Kind, d.Checkout.Kind, d.Events.Kind}
	backups := []int{d.Catalog.BackupDays, d.Orders.BackupDays, d.Checkout.BackupDays}
	nodes := []int{d.Catalog.Instances, d.Orders.Instances, d.Checkout.Nodes}
	for _, r := range []struct {
		key    string
		reason Reason
		needed bool
	}{
		{"inMemory", d.Relax.InMemory, slices.Contains(kinds, InMemory)},
		{"singleNode", d.Relax.SingleNode, slices.Contains(nodes, 1) || d.Events.Single},
		{"shortBackups", d.Relax.ShortBackups, slices.ContainsFunc(backups, func(days int) bool { return days > 0 && days < shortestBackup })},
		{"noFinalSnapshot", d.Relax.NoFinalSnapshot, d.Catalog.Kind == Aurora || d.Orders.Kind == Aurora || d.Checkout.Kind == ElastiCache},
	} {
		if r.reason.Given() && !r.needed {
			list.Add(path+"."+r.key, "relaxes what holds anyway", nil, "remove it")
		}
	}
}

// storeKind refuses an unknown kind, and memory for which nobody gave a reason.
func storeKind(list *problem.List, path string, kind StoreKind, relax DatastoreRelaxations, known ...StoreKind) {
	oneOf(list, path+".kind", kind, append(known, InMemory)...)
	if kind == InMemory && !relax.InMemory.Given() {
		list.Add(path+".kind", "data in memory is lost with its pod", quoted(string(kind)),
			fmt.Sprintf("choose %s, or state a reason in relax.inMemory", known[0]))
	}
}

// onlyKind refuses settings of a kind that was not chosen: they would be ignored.
func onlyKind[T any](list *problem.List, path string, settings, bare T, kind StoreKind) {
	if !reflect.DeepEqual(settings, bare) {
		list.Add(path, "has settings that kind "+string(kind)+" does not have", nil, "remove them, or choose the kind that has them")
	}
}

func databaseRules(list *problem.List, path string, d Database, relax DatastoreRelaxations) {
	storeKind(list, path, d.Kind, relax, Aurora)
	if d.Kind != Aurora {
		onlyKind(list, path, d, Database{Kind: d.Kind}, d.Kind)
		return
	}
	if !databaseForm.MatchString(d.InstanceClass) {
		list.Add(path+".instanceClass", "must be an Aurora instance class", quoted(d.InstanceClass), "give one such as db.r7g.large, or leave it out")
	}
	if d.InstanceClass == serverless {
		capacityRange(list, path, d)
	} else if d.MinCapacity != 0 || d.MaxCapacity != 0 {
		list.Add(path+".maxCapacity", "only "+serverless+" has a capacity range", nil, "remove minCapacity and maxCapacity")
	}
	between(list, path+".instances", d.Instances, 1, 15)
	severalNodes(list, path+".instances", d.Instances, relax)
	between(list, path+".backupDays", d.BackupDays, 1, 35)
	longBackups(list, path+".backupDays", d.BackupDays, relax)
}

// capacityRange is what Aurora Serverless v2 takes (Amazon Aurora User Guide, "Aurora
// Serverless v2 capacity"). It could go down to 0 and pause; a shop that is asked does not.
func capacityRange(list *problem.List, path string, d Database) {
	for _, c := range []struct {
		key   string
		value float64
	}{{"minCapacity", d.MinCapacity}, {"maxCapacity", d.MaxCapacity}} {
		if c.value < 0.5 || c.value > 256 || math.Mod(c.value, 0.5) != 0 {
			list.Add(path+"."+c.key, "must be 0.5 to 256 in steps of 0.5", c.value, "choose a capacity that Aurora takes")
		}
	}
	if d.MaxCapacity < d.MinCapacity {
		list.Add(path+".maxCapacity", "must not be below minCapacity", fmt.Sprintf("%v below %v", d.MaxCapacity, d.MinCapacity), "raise it")
	}
	if d.MaxCapacity < 1 {
		list.Add(path+".maxCapacity", "must be at least 1", d.MaxCapacity, "raise it: Aurora takes no lower maximum")
	}
}

func cacheRules(list *problem.List, path string, c Cache, relax DatastoreRelaxations) {
	storeKind(list, path, c.Kind, relax, ElastiCache)
	if c.Kind != ElastiCache {
		onlyKind(list, path, c, Cache{Kind: c.Kind}, c.Kind)
		return
	}
	if !cacheForm.MatchString(c.NodeType) {
		list.Add(path+".nodeType", "must be an ElastiCache node type", quoted(c.NodeType), "give one such as cache.m7g.large, or leave it out")
	}
	between(list, path+".nodes", c.Nodes, 1, 6)
	severalNodes(list, path+".nodes", c.Nodes, relax)
	between(list, path+".backupDays", c.BackupDays, 1, 35)
	longBackups(list, path+".backupDays", c.BackupDays, relax)
	between(list, path+".credentialsGeneration", c.CredentialsGeneration, 1, 1<<20)
}

func eventRules(list *problem.List, path string, e Events, relax DatastoreRelaxations, zones int) {
	storeKind(list, path, e.Kind, relax, SQS, RabbitMQ)
	switch e.Kind {
	case SQS:
		onlyKind(list, path, e, Events{Kind: e.Kind, RetentionDays: e.RetentionDays}, e.Kind)
		between(list, path+".retentionDays", e.RetentionDays, 1, 14)
	case RabbitMQ:
		onlyKind(list, path, e, Events{Kind: e.Kind, InstanceType: e.InstanceType, Single: e.Single}, e.Kind)
		if !brokerForm.MatchString(e.InstanceType) {
			list.Add(path+".instanceType", "must be an mq.m7g, which alone runs RabbitMQ 4", quoted(e.InstanceType), "give one such as mq.m7g.large, or leave it out")
		}
		if e.Single {
			severalNodes(list, path+".single", 1, relax)
		} else if zones < 3 {
			list.Add(path+".single", "three nodes of RabbitMQ need three zones: of two, one holds the majority", fmt.Sprintf("%d zones", zones), "set single, with a reason in relax.singleNode, or choose sqs")
		}
	case InMemory:
		onlyKind(list, path, e, Events{Kind: e.Kind}, e.Kind)
	}
}

func between(list *problem.List, path string, value, low, high int) {
	if value < low || value > high {
		list.Add(path, fmt.Sprintf("must be %d to %d", low, high), value, "choose a number within")
	}
}

func severalNodes(list *problem.List, path string, nodes int, relax DatastoreRelaxations) {
	if nodes == 1 && !relax.SingleNode.Given() {
		list.Add(path, "one node does not survive its zone", nodes, "give at least two, or state a reason in relax.singleNode")
	}
}

func longBackups(list *problem.List, path string, days int, relax DatastoreRelaxations) {
	if days >= 1 && days < shortestBackup && !relax.ShortBackups.Given() {
		list.Add(path, fmt.Sprintf("must be at least %d", shortestBackup), days, "keep backups longer, or state a reason in relax.shortBackups")
	}
}
