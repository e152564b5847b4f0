package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const stores = "vpcs.main.datastores"

// bare are data stores of which every setting is the default.
func bare(more ...func(map[string]any)) edits {
	return append(edits{set(stores, map[string]any{})}, more...)
}

// With nothing but the block, every store is real, spread over zones and backed up.
func TestDatastoresDefaultToProduction(t *testing.T) {
	loaded, err := load(t, "dev", bare()...)
	require.NoError(t, err)
	assert.Equal(t, &config.Datastores{
		Catalog:  config.Database{Kind: "aurora", InstanceClass: "db.serverless", MinCapacity: 0.5, MaxCapacity: 8, Instances: 2, BackupDays: 14},
		Orders:   config.Database{Kind: "aurora", InstanceClass: "db.serverless", MinCapacity: 0.5, MaxCapacity: 8, Instances: 2, BackupDays: 14},
		Carts:    config.Carts{Kind: "dynamodb"},
		Checkout: config.Cache{Kind: "elasticache", NodeType: "cache.t4g.small", Nodes: 2, BackupDays: 7, CredentialsGeneration: 1},
		Events:   config.Events{Kind: "sqs", RetentionDays: 4},
	}, loaded.Environment.VPCs["main"].Datastores)
}

func TestDatastoresMayBeLeftOut(t *testing.T) {
	loaded, err := load(t, "dev", set(stores, nil))
	require.NoError(t, err)
	assert.Nil(t, loaded.Environment.VPCs["main"].Datastores)
}

func TestDatastoreRules(t *testing.T) {
	const reason = "An exercise whose data nobody misses."
	for _, r := range []refusal{
		{"a kind of another store", bare(set(stores+".catalog.kind", "dynamodb")), []string{stores + `.catalog.kind: must be one of aurora, inMemory, got "dynamodb"`}},
		{"in memory without a reason", bare(set(stores+".carts.kind", "inMemory"), set(stores+".events.kind", "inMemory")), []string{
			stores + `.carts.kind: data in memory is lost with its pod, got "inMemory": choose dynamodb, or state a reason in relax.inMemory`,
			stores + `.events.kind: data in memory is lost with its pod, got "inMemory": choose sqs, or state a reason in relax.inMemory`,
		}},
		{"settings of a kind not chosen", bare(
			set(stores+".relax.inMemory", reason), set(stores+".catalog", map[string]any{"kind": "inMemory", "instances": 2}),
			set(stores+".checkout", map[string]any{"kind": "inMemory", "nodes": 2}), set(stores+".events", map[string]any{"single": true}),
		), []string{
			stores + ".catalog: has settings that kind inMemory does not have", stores + ".checkout: has settings that kind inMemory does not have",
			stores + ".events: has settings that kind sqs does not have",
		}},
		{"one node", bare(set(stores+".orders.instances", 1), set(stores+".checkout.nodes", 1)), []string{
			stores + ".orders.instances: one node does not survive its zone, got 1", stores + ".checkout.nodes: one node does not survive its zone, got 1",
		}},
		{"short backups", bare(set(stores+".orders.backupDays", 6), set(stores+".checkout.backupDays", 1)), []string{
			stores + ".orders.backupDays: must be at least 7, got 6", stores + ".checkout.backupDays: must be at least 7, got 1",
		}},
		{"more than AWS takes", bare(
			set(stores+".catalog.instances", 16), set(stores+".catalog.backupDays", 36), set(stores+".checkout.nodes", 7), set(stores+".events.retentionDays", 15),
		), []string{
			stores + ".catalog.instances: must be 1 to 15, got 16", stores + ".catalog.backupDays: must be 1 to 35, got 36",
			stores + ".checkout.nodes: must be 1 to 6, got 7", stores + ".events.retentionDays: must be 1 to 14, got 15",
		}},
		{"capacity in other steps", bare(set(stores+".catalog.minCapacity", 0.7)), []string{stores + ".catalog.minCapacity: must be 0.5 to 256 in steps of 0.5, got 0.7"}},
		{"capacity upside down", bare(set(stores+".catalog.minCapacity", 4), set(stores+".catalog.maxCapacity", 2)), []string{stores + ".catalog.maxCapacity: must not be below minCapacity, got 2 below 4"}},
		{"no room for capacity", bare(set(stores+".catalog.maxCapacity", 0.5)), []string{stores + ".catalog.maxCapacity: must be at least 1, got 0.5"}},
		{"capacity of a fixed class", bare(set(stores+".catalog.instanceClass", "db.r7g.large"), set(stores+".catalog.minCapacity", 1)), []string{stores + ".catalog.maxCapacity: only db.serverless has a capacity range"}},
		{"classes of other services", bare(set(stores+".catalog.instanceClass", "r7g.large"), set(stores+".checkout.nodeType", "db.t4g.small")), []string{
			stores + `.catalog.instanceClass: must be an Aurora instance class, got "r7g.large"`, stores + `.checkout.nodeType: must be an ElastiCache node type, got "db.t4g.small"`,
		}},
		{"a broker in two zones", bare(set(stores+".events.kind", "rabbitmq")), []string{stores + ".events.single: three nodes of RabbitMQ need three zones: of two, one holds the majority, got 2 zones"}},
		{"a broker of one node", bare(set(stores+".events", map[string]any{"kind": "rabbitmq", "single": true})), []string{stores + ".events.single: one node does not survive its zone"}},
		{"a broker too small", bare(set(stores+".relax.singleNode", reason), set(stores+".events", map[string]any{"kind": "rabbitmq", "single": true, "instanceType": "mq.t3.micro"})),
			[]string{stores + `.events.instanceType: must be an mq.m7g, which alone runs RabbitMQ 4, got "mq.t3.micro"`}},
		{"reasons for nothing", bare(set(stores+".relax", map[string]any{"inMemory": reason, "singleNode": reason, "shortBackups": reason})), []string{
			stores + ".relax.inMemory: relaxes what holds anyway", stores + ".relax.singleNode: relaxes what holds anyway", stores + ".relax.shortBackups: relaxes what holds anyway",
		}},
		{"a word is no reason", bare(set(stores+".relax.noFinalSnapshot", "cheap")), []string{stores + ".relax.noFinalSnapshot: a relaxation is switched on by a reason"}},
		{"a misspelt key", bare(set(stores+".catalogue", map[string]any{})), []string{stores + `.catalogue: unknown key: did you mean "catalog"?`}},
		{"text for a number", bare(set(stores+".catalog.minCapacity", "one")), []string{stores + ".catalog.minCapacity: "}},
	} {
		r.check(t, "dev")
	}
}

// A reason is all it takes to depart, and it is told on every run.
func TestDatastoreRelaxations(t *testing.T) {
	const reason = "An exercise whose data nobody misses."
	loaded, err := load(t, "dev", bare(
		set(stores+".catalog", map[string]any{"instances": 1, "backupDays": 1}), set(stores+".checkout.kind", "inMemory"),
		set(stores+".relax", map[string]any{"inMemory": reason, "singleNode": reason, "shortBackups": reason, "noFinalSnapshot": reason}),
	)...)
	require.NoError(t, err)
	var told []string
	for _, relaxation := range loaded.Environment.Relaxations() {
		told = append(told, relaxation.Path)
	}
	for _, key := range []string{"inMemory", "singleNode", "shortBackups", "noFinalSnapshot"} {
		assert.Contains(t, told, stores+".relax."+key)
	}
}
