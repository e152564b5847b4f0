package store

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
)

// orders keeps orders and tells of them.
const orders = "orders"

// ordersTLS follows the database's name in the JDBC address and refuses to go on without
// TLS (pgJDBC, "Using SSL"); the sample has no setting for it. The server's certificate is
// not checked: the image does not know the authority of Amazon RDS.
const ordersTLS = "?sslmode=require"

func (b *builder) orders() service {
	s := service{
		name: orders, image: "orders", runtime: spring,
		cpu: "250m", memory: "512Mi",
		env: []variable{plain("RETAIL_ORDERS_PERSISTENCE_PROVIDER", "in-memory")},
	}
	if db := b.args.Data.Orders; db != nil {
		s.env = []variable{
			plain("RETAIL_ORDERS_PERSISTENCE_PROVIDER", "postgres"),
			input("RETAIL_ORDERS_PERSISTENCE_ENDPOINT", pulumi.Sprintf("%s:%d", db.Host, db.Port)),
			plain("RETAIL_ORDERS_PERSISTENCE_NAME", db.Name+ordersTLS),
		}
		s.credentials = append(s.credentials, credential{
			store: "database", secret: db.SecretArn, key: db.KeyArn,
			username: "RETAIL_ORDERS_PERSISTENCE_USERNAME", password: "RETAIL_ORDERS_PERSISTENCE_PASSWORD",
		})
		s.ports = append(s.ports, db.Port)
	}
	b.events(&s)
	return s
}

// events says where orders' events go.
func (b *builder) events(s *service) {
	const provider = "RETAIL_ORDERS_MESSAGING_PROVIDER"
	queue, broker := b.args.Data.Queue, b.args.Data.Broker
	switch {
	case queue != nil:
		s.env = append(s.env, plain(provider, "sqs"), input("RETAIL_ORDERS_MESSAGING_SQS_TOPIC", queue.Name))
		s.permissions = &permissions{
			values: map[string]pulumi.StringInput{"queue": queue.Arn, "queueKey": queue.KeyArn},
			build: func(known map[string]string) policy.Document {
				return policy.Document{
					{Sid: "Queue", Resources: []string{known["queue"]}, Actions: []string{"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"}},
					b.keyStatement("QueueKey", "sqs", known["queueKey"], "kms:Decrypt", "kms:GenerateDataKey"),
				}
			},
		}
		s.callsAWS = true
	case broker != nil:
		s.env = append(s.env, plain(provider, "rabbitmq"),
			input("RETAIL_ORDERS_MESSAGING_RABBITMQ_ADDRESSES", pulumi.Sprintf("amqps://%s", broker.Endpoint)))
		s.credentials = append(s.credentials, credential{
			store: "broker", secret: broker.SecretArn, key: broker.KeyArn,
			username: "RETAIL_ORDERS_MESSAGING_RABBITMQ_USERNAME", password: "RETAIL_ORDERS_MESSAGING_RABBITMQ_PASSWORD",
		})
		s.ports = append(s.ports, broker.Port)
	default:
		s.env = append(s.env, plain(provider, "in-memory"))
	}
}
