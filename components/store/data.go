package store

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Data are the stores in which the services keep their data; nil is the service's memory.
type Data struct {
	// Catalog is MySQL, Orders PostgreSQL; both take TLS only.
	Catalog, Orders *Database
	// Carts is a DynamoDB table.
	Carts *Table
	// Checkout is Redis or Valkey with TLS.
	Checkout *Cache
	// Events is where the events of orders go: Queue or Broker, not both.
	Queue  *Queue
	Broker *Broker
}

// Database is a database and its password. SecretArn is a secret of Secrets Manager that
// holds "username" and "password", KeyArn its KMS key.
type Database struct {
	Host              pulumi.StringInput
	Port              int
	Name              string
	SecretArn, KeyArn pulumi.StringInput
}

// Table is a DynamoDB table and the KMS key it is encrypted with.
type Table struct {
	Name, Arn, KeyArn pulumi.StringInput
}

// Cache is a cache and its password, which must consist of letters and digits: it becomes
// part of a URL. The secret is as Database's.
type Cache struct {
	Host              pulumi.StringInput
	Port              int
	SecretArn, KeyArn pulumi.StringInput
}

// Queue is an SQS queue and the KMS key it is encrypted with.
type Queue struct {
	Name, Arn, KeyArn pulumi.StringInput
}

// Broker is a RabbitMQ broker that speaks AMQP with TLS, at Endpoint ("HOST:PORT"). The
// secret is as Database's.
type Broker struct {
	Endpoint          pulumi.StringInput
	Port              int
	SecretArn, KeyArn pulumi.StringInput
}

// inNetwork says whether a store stands in the data subnets.
func (d Data) inNetwork() bool {
	return d.Catalog != nil || d.Orders != nil || d.Checkout != nil || d.Broker != nil
}

// NeedsCredentials says whether any service needs a password, and with it the driver that
// fetches passwords from Secrets Manager.
func (d Data) NeedsCredentials() bool { return d.inNetwork() }
