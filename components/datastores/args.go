// Package datastores makes what one VPC's shop keeps its data in: Aurora for catalog
// and orders, DynamoDB for carts, ElastiCache for checkout, SQS or Amazon MQ for the
// events of orders. The stores belong to the environment and outlive every colour;
// the rules that let one colour's nodes in are a component of their own (NewAccess),
// so that a colour that goes touches nothing that the other one uses.
package datastores

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
)

// Args configures the data stores of one VPC. A store that is nil is not made: the
// service then keeps its data in its own memory.
type Args struct {
	// PhysicalName is the beginning of the stores' names in AWS, for example
	// "retail-dev-main": lower case letters, digits and hyphens. Required.
	PhysicalName string
	// Account and Region are where the stores lie; the key's policy names both. Required.
	Account, Region string
	// VpcID is the VPC. Required with any store but a table and an SQS queue.
	VpcID pulumi.StringInput
	// Zones are the zones by id, at least two: Aurora and ElastiCache refuse fewer.
	// Instances go into the first ones, so that a zone more belongs at the end. Required
	// as VpcID is.
	Zones []string
	// Subnets are the data subnets and ZoneNames the zones' names in this account, by
	// zone id. Required for every zone.
	Subnets   map[string]pulumi.StringInput
	ZoneNames map[string]pulumi.StringOutput
	// Catalog is Aurora MySQL, Orders Aurora PostgreSQL.
	Catalog, Orders *DatabaseArgs
	// Carts is a DynamoDB table.
	Carts *TableArgs
	// Checkout is a Valkey replication group of ElastiCache.
	Checkout *CacheArgs
	// Queue is an SQS queue, Broker a RabbitMQ broker of Amazon MQ: at most one of
	// them takes the events of orders.
	Queue  *QueueArgs
	Broker *BrokerArgs
	// LogRetentionDays is how long the stores' logs are kept, in days. Default 365.
	LogRetentionDays int
	// KeyDeletionDays is the waiting period of the key's deletion, 7 to 30 days.
	// Default 30: until then the backups can be had back.
	KeyDeletionDays int
	// NoFinalSnapshot deletes a database or a cache without a last snapshot of it.
	// Default false.
	NoFinalSnapshot bool
	// Unprotected drops the deletion guards, the engine's and AWS's. Default false.
	Unprotected bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// DatabaseArgs configures an Aurora cluster.
type DatabaseArgs struct {
	// InstanceClass is the class of every instance. Default "db.serverless", whose
	// capacity follows the load.
	InstanceClass string
	// MinCapacity and MaxCapacity bound a serverless instance, in Aurora capacity
	// units of about 2 GiB of memory: 0.5 to 256 in steps of 0.5. Default 0.5 and 8.
	MinCapacity, MaxCapacity float64
	// Instances is the number of instances, the first in the first zone and so on
	// round. Default 2: one takes over from the other.
	Instances int
	// BackupDays is how long backups are kept, 1 to 35 days. Default 14.
	BackupDays int
}

// TableArgs configures a DynamoDB table. It has no settings: it grows and is billed by
// what is asked of it.
type TableArgs struct{}

// CacheArgs configures a replication group.
type CacheArgs struct {
	// NodeType is the class of every node. Default "cache.t4g.small".
	NodeType string
	// Nodes is the number of nodes, one primary and its replicas in other zones.
	// Default 2.
	Nodes int
	// BackupDays is how long daily snapshots are kept, 0 to 35 days. Default 7.
	BackupDays int
	// CredentialsGeneration is raised to give the cache a new password; that of the
	// generation before works until the next one. Default 1.
	CredentialsGeneration int
}

// QueueArgs configures an SQS queue and its dead-letter queue.
type QueueArgs struct {
	// RetentionDays is how long an event waits for a consumer, 1 to 14 days. Default 4.
	RetentionDays int
}

// BrokerArgs configures a RabbitMQ broker.
type BrokerArgs struct {
	// InstanceType is the class of every node. Default "mq.m7g.medium", the smallest
	// that runs RabbitMQ 4.
	InstanceType string
	// Single makes one node in place of three over as many zones. Default false.
	Single bool
}

func orElse[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// withDefaults returns a copy in which nothing is left out.
func (a Args) withDefaults() Args {
	orElse(&a.LogRetentionDays, 365)
	orElse(&a.KeyDeletionDays, 30)
	a.Catalog, a.Orders = a.Catalog.withDefaults(), a.Orders.withDefaults()
	if a.Checkout != nil {
		full := *a.Checkout
		orElse(&full.NodeType, "cache.t4g.small")
		orElse(&full.Nodes, 2)
		orElse(&full.CredentialsGeneration, 1)
		a.Checkout = &full
	}
	if a.Queue != nil {
		full := *a.Queue
		orElse(&full.RetentionDays, 4)
		a.Queue = &full
	}
	if a.Broker != nil {
		full := *a.Broker
		orElse(&full.InstanceType, "mq.m7g.medium")
		a.Broker = &full
	}
	return a
}

func (d *DatabaseArgs) withDefaults() *DatabaseArgs {
	if d == nil {
		return nil
	}
	full := *d
	orElse(&full.InstanceClass, Serverless)
	orElse(&full.MinCapacity, 0.5)
	orElse(&full.MaxCapacity, 8)
	orElse(&full.Instances, 2)
	orElse(&full.BackupDays, 14)
	return &full
}

// inNetwork says whether any store stands in the VPC's subnets.
func (a Args) inNetwork() bool {
	return a.Catalog != nil || a.Orders != nil || a.Checkout != nil || a.Broker != nil
}

// validate checks the arguments. All problems come at once.
func (a Args) validate() error {
	var problems problem.List
	need := func(path string, given bool) {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	need("physicalName", a.PhysicalName != "")
	need("account", a.Account != "")
	need("region", a.Region != "")
	if len(a.PhysicalName) > longestName {
		problems.Add("physicalName", "must have at most 40 characters, since a cluster's name has at most 63", a.PhysicalName, "shorten it")
	}
	if a.inNetwork() {
		need("vpcId", a.VpcID != nil)
		if len(a.Zones) < 2 {
			problems.Add("zones", "must be at least two", len(a.Zones), "give every zone of the VPC")
		}
		for _, zone := range a.Zones {
			_, named := a.ZoneNames[zone]
			need(problem.Path("subnets", zone), a.Subnets[zone] != nil)
			need(problem.Path("zoneNames", zone), named)
		}
	}
	if a.Queue != nil && a.Broker != nil {
		problems.Add("broker", "events go to one place", nil, "give a queue or a broker")
	}
	a.Catalog.validate(&problems, "catalog")
	a.Orders.validate(&problems, "orders")
	if c := a.Checkout; c != nil {
		within(&problems, "checkout.nodes", c.Nodes, 1, 6)
		within(&problems, "checkout.backupDays", c.BackupDays, 0, 35)
		within(&problems, "checkout.credentialsGeneration", c.CredentialsGeneration, 1, 1<<20)
	}
	if a.Queue != nil {
		within(&problems, "queue.retentionDays", a.Queue.RetentionDays, 1, 14)
	}
	return problems.Err()
}

func (d *DatabaseArgs) validate(problems *problem.List, path string) {
	if d == nil {
		return
	}
	within(problems, path+".instances", d.Instances, 1, 15)
	within(problems, path+".backupDays", d.BackupDays, 1, 35)
	if d.InstanceClass == Serverless && (d.MinCapacity < 0.5 || d.MaxCapacity > 256 || d.MaxCapacity < d.MinCapacity) {
		problems.Add(path+".maxCapacity", "capacity goes from 0.5 up to 256 units, minCapacity first", d.MaxCapacity, "choose both within")
	}
}

// within refuses what lies outside the range that AWS takes.
func within(problems *problem.List, path string, value, low, high int) {
	if value < low || value > high {
		problems.Add(path, fmt.Sprintf("must be %d to %d", low, high), value, "choose a number that AWS takes")
	}
}
