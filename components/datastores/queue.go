package datastores

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
)

// Queue is where the events of orders go.
type Queue struct {
	// Kind is SQS or RabbitMQ and says which of the others are set.
	Kind string
	// Name, URL and Arn are those of the SQS queue, KeyArn is its key's. Who may use
	// it is said in IAM: a sender needs the queue and the key.
	Name, URL, Arn, KeyArn pulumi.StringOutput
	// Endpoint is the broker's "HOST:PORT"; it takes AMQP with TLS only.
	Endpoint pulumi.StringOutput
	// SecretArn is the broker's secret with "username" and "password"; KeyArn is its key.
	SecretArn pulumi.StringOutput
	// SecurityGroupID is the broker's group that NewAccess lets a colour into.
	SecurityGroupID pulumi.StringOutput
}

// The kinds of Queue.
const (
	SQS      = "sqs"
	RabbitMQ = "rabbitmq"
)

// Limits of the two queues.
const (
	daySeconds = 24 * 60 * 60
	// attempts is how often a consumer may fail on a message before it is set aside.
	attempts = 5
	// longestDays is the longest SQS keeps a message (Amazon SQS Developer Guide,
	// "Message quotas"); what is set aside is kept so long.
	longestDays = 14
)

// queue makes the queue of order events and the one in which messages end that no
// consumer could handle. It is no FIFO queue: the orders service delays each message,
// which those refuse.
func (b *builder) queue() error {
	if b.args.Queue == nil {
		return nil
	}
	child := names.Child(b.name, events)
	dead, err := b.newQueue(names.Child(child, "dead-letters"), longestDays, nil)
	if err != nil {
		return err
	}
	redrive := dead.Arn.ApplyT(func(arn string) (string, error) {
		return text(map[string]any{"deadLetterTargetArn": arn, "maxReceiveCount": attempts})
	}).(pulumi.StringOutput)
	queue, err := b.newQueue(child, b.args.Queue.RetentionDays, redrive.ToStringPtrOutput())
	if err != nil {
		return err
	}
	if _, err := sqs.NewRedriveAllowPolicy(b.ctx, child, &sqs.RedriveAllowPolicyArgs{
		QueueUrl: dead.Url,
		RedriveAllowPolicy: queue.Arn.ApplyT(func(arn string) (string, error) {
			return text(map[string]any{"redrivePermission": "byQueue", "sourceQueueArns": []string{arn}})
		}).(pulumi.StringOutput),
	}, b.opts...); err != nil {
		return err
	}
	b.made.Events = &Queue{Kind: SQS, Name: queue.Name, URL: queue.Url, Arn: queue.Arn, KeyArn: b.key.Arn}
	return nil
}

// newQueue makes one queue, which answers over TLS only.
func (b *builder) newQueue(child string, days int, redrive pulumi.StringPtrInput) (*sqs.Queue, error) {
	queue, err := sqs.NewQueue(b.ctx, child, &sqs.QueueArgs{
		KmsMasterKeyId: b.key.Arn, KmsDataKeyReusePeriodSeconds: pulumi.Int(300),
		MessageRetentionSeconds: pulumi.Int(days * daySeconds), ReceiveWaitTimeSeconds: pulumi.Int(20), VisibilityTimeoutSeconds: pulumi.Int(60),
		RedrivePolicy: redrive,
		Tags:          b.tags(child),
	}, b.opts...)
	if err != nil {
		return nil, err
	}
	document := policy.Render(map[string]pulumi.StringInput{"queue": queue.Arn}, func(known map[string]string) policy.Document {
		return policy.Document{{
			Sid: "TLSOnly", Effect: policy.Deny, Principals: map[string][]string{"AWS": {"*"}},
			Actions: []string{"sqs:*"}, Resources: []string{known["queue"]},
			Conditions: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}},
		}}
	})
	_, err = sqs.NewQueuePolicy(b.ctx, child, &sqs.QueuePolicyArgs{QueueUrl: queue.Url, Policy: document}, b.opts...)
	return queue, err
}

func text(value any) (string, error) {
	made, err := json.Marshal(value)
	return string(made), err
}
