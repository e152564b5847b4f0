package config

// Datastores configures where a VPC's shop keeps its data. Each store is chosen on its
// own; all of them stand outside the colours and outlive them.
type Datastores struct {
	// Catalog is the products' database, Aurora MySQL.
	Catalog Database `json:"catalog"`
	// Orders is the orders' database, Aurora PostgreSQL.
	Orders Database `json:"orders"`
	// Carts are the customers' carts, a DynamoDB table.
	Carts Carts `json:"carts"`
	// Checkout is the state of purchases under way, a Valkey cache of ElastiCache.
	Checkout Cache `json:"checkout"`
	// Events is where the events of orders go.
	Events Events `json:"events"`
	// Relax departs from production-safe defaults, with reasons.
	Relax DatastoreRelaxations `json:"relax"`
}

// StoreKind is the service that a store is made of.
type StoreKind string

// The kinds of store.
const (
	// Aurora is an Aurora cluster.
	Aurora StoreKind = "aurora"
	// DynamoDB is a DynamoDB table.
	DynamoDB StoreKind = "dynamodb"
	// ElastiCache is a replication group of ElastiCache.
	ElastiCache StoreKind = "elasticache"
	// SQS is a queue of Amazon SQS.
	SQS StoreKind = "sqs"
	// RabbitMQ is a broker of Amazon MQ.
	RabbitMQ StoreKind = "rabbitmq"
	// InMemory keeps the data in the service's own memory.
	InMemory StoreKind = "inMemory"
)

// Database configures an Aurora cluster.
type Database struct {
	// Kind is "aurora" or "inMemory". Default aurora.
	Kind StoreKind `json:"kind"`
	// InstanceClass is the class of every instance, such as db.r7g.large. Default
	// db.serverless, whose capacity follows the load.
	InstanceClass string `json:"instanceClass"`
	// MinCapacity is the least capacity of a serverless instance, in Aurora capacity
	// units of about 2 GiB of memory: 0.5 to 256 in steps of 0.5. Default 0.5.
	MinCapacity float64 `json:"minCapacity"`
	// MaxCapacity is the most capacity of a serverless instance, in the same units.
	// Default 8.
	MaxCapacity float64 `json:"maxCapacity"`
	// Instances is the number of instances, spread over the zones: 1 to 15. Default 2.
	Instances int `json:"instances"`
	// BackupDays is how long backups are kept, 1 to 35 days. Default 14.
	BackupDays int `json:"backupDays"`
}

// Carts configures the carts' table. It grows and is billed by what is asked of it.
type Carts struct {
	// Kind is "dynamodb" or "inMemory". Default dynamodb.
	Kind StoreKind `json:"kind"`
}

// Cache configures a replication group of ElastiCache.
type Cache struct {
	// Kind is "elasticache" or "inMemory". Default elasticache.
	Kind StoreKind `json:"kind"`
	// NodeType is the class of every node, such as cache.m7g.large. Default
	// cache.t4g.small.
	NodeType string `json:"nodeType"`
	// Nodes is the number of nodes, a primary and its replicas in other zones: 1 to 6.
	// Default 2.
	Nodes int `json:"nodes"`
	// BackupDays is how long daily snapshots are kept, 1 to 35 days. Default 7.
	BackupDays int `json:"backupDays"`
	// CredentialsGeneration is raised by one to give the cache a new password. The one
	// before stays valid until the next, for pods that run. Default 1.
	CredentialsGeneration int `json:"credentialsGeneration"`
}

// Events configures where the events of orders go.
type Events struct {
	// Kind is "sqs", "rabbitmq" or "inMemory". Default sqs.
	Kind StoreKind `json:"kind"`
	// RetentionDays is how long an event waits in the SQS queue, 1 to 14 days. Only with
	// kind sqs. Default 4.
	RetentionDays int `json:"retentionDays"`
	// InstanceType is the class of the RabbitMQ broker's nodes, an mq.m7g. Only with
	// kind rabbitmq. Default mq.m7g.medium.
	InstanceType string `json:"instanceType"`
	// Single makes one node of RabbitMQ in place of three over as many zones. Only with
	// kind rabbitmq. Default false.
	Single bool `json:"single"`
}

// DatastoreRelaxations are departures from production-safe defaults.
type DatastoreRelaxations struct {
	// InMemory allows stores of kind inMemory: what they hold is lost with a pod, and
	// every pod holds its own.
	InMemory Reason `json:"inMemory"`
	// SingleNode allows databases, caches and brokers of one node: it takes the service
	// with it, and so does its zone.
	SingleNode Reason `json:"singleNode"`
	// ShortBackups allows backups that are kept for fewer than 7 days.
	ShortBackups Reason `json:"shortBackups"`
	// NoFinalSnapshot deletes databases and caches without a last snapshot.
	NoFinalSnapshot Reason `json:"noFinalSnapshot"`
}

// shortestBackup is the fewest days that production keeps backups: a mistake made before
// a weekend is found after it.
const shortestBackup = 7

func (d *Datastores) setDefaults() {
	d.Catalog.setDefaults()
	d.Orders.setDefaults()
	or(&d.Carts.Kind, DynamoDB)
	or(&d.Checkout.Kind, ElastiCache)
	if d.Checkout.Kind == ElastiCache {
		or(&d.Checkout.NodeType, "cache.t4g.small")
		or(&d.Checkout.Nodes, 2)
		or(&d.Checkout.BackupDays, 7)
		or(&d.Checkout.CredentialsGeneration, 1)
	}
	or(&d.Events.Kind, SQS)
	switch d.Events.Kind {
	case SQS:
		or(&d.Events.RetentionDays, 4)
	case RabbitMQ:
		or(&d.Events.InstanceType, "mq.m7g.medium")
	}
}

func (d *Database) setDefaults() {
	or(&d.Kind, Aurora)
	if d.Kind != Aurora {
		return
	}
	or(&d.InstanceClass, serverless)
	or(&d.Instances, 2)
	or(&d.BackupDays, 14)
	if d.InstanceClass == serverless {
		or(&d.MinCapacity, 0.5)
		or(&d.MaxCapacity, 8)
	}
}
