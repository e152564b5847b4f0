package datastores

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/mq"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

const (
	// rabbitVersion is the release Amazon MQ recommends; it picks the patches itself
	// (Amazon MQ Developer Guide, "Managing Amazon MQ for RabbitMQ engine versions").
	rabbitVersion = "4.2"
	brokerUser    = "retail"
	// BrokerPort is the TCP port of AMQP with TLS.
	BrokerPort = 5671
	// longestBrokerName is Amazon MQ's limit.
	longestBrokerName = 50
)

// broker makes the RabbitMQ broker. It is encrypted with a key that AWS owns: RabbitMQ
// brokers take no other (AWS CloudFormation, AWS::AmazonMQ::Broker EncryptionOptions,
// "Does not apply to RabbitMQ brokers"). It exports no logs: their group's name holds
// the broker's id, so that it could not be made before the broker writes to it.
func (b *builder) broker() error {
	if b.args.Broker == nil {
		return nil
	}
	child := names.Child(b.name, events)
	group, err := b.securityGroup(events, "Broker "+events)
	if err != nil {
		return err
	}
	password, err := b.password(child, 1)
	if err != nil {
		return err
	}
	secret, err := b.secret(child, "Sign-in of the orders service to its broker", brokerUser, password)
	if err != nil {
		return err
	}
	mode, subnets := "CLUSTER_MULTI_AZ", b.subnets
	if b.args.Broker.Single {
		mode, subnets = "SINGLE_INSTANCE", b.subnets[:1]
	}
	broker, err := mq.NewBroker(b.ctx, child, &mq.BrokerArgs{
		BrokerName: pulumi.String(names.Limit(b.physical(events), longestBrokerName)),
		EngineType: pulumi.String("RabbitMQ"), EngineVersion: pulumi.String(rabbitVersion), AutoMinorVersionUpgrade: pulumi.Bool(true),
		HostInstanceType: pulumi.String(b.args.Broker.InstanceType), DeploymentMode: pulumi.String(mode),
		SubnetIds: subnets, SecurityGroups: pulumi.StringArray{group.ID()}, PubliclyAccessible: pulumi.Bool(false),
		// Amazon MQ gives a RabbitMQ broker one user and never changes it: other users
		// and later passwords are made in RabbitMQ itself.
		Users: mq.BrokerUserArray{mq.BrokerUserArgs{Username: pulumi.String(brokerUser), Password: password}},
		MaintenanceWindowStartTime: mq.BrokerMaintenanceWindowStartTimeArgs{
			DayOfWeek: pulumi.String("TUESDAY"), TimeOfDay: pulumi.String("02:30"), TimeZone: pulumi.String("UTC"),
		},
		Tags: b.tags(child),
	}, b.with(pulumi.AdditionalSecretOutputs([]string{"users"}))...)
	if err != nil {
		return err
	}
	address := broker.Instances.Index(pulumi.Int(0)).Endpoints().Index(pulumi.Int(0)).ApplyT(func(endpoint string) string {
		_, address, _ := strings.Cut(endpoint, "://") // amqps://HOST:PORT
		return address
	}).(pulumi.StringOutput)
	b.made.Events = &Queue{
		Kind: RabbitMQ, Endpoint: address, SecretArn: secret, KeyArn: b.key.Arn, SecurityGroupID: group.ID().ToStringOutput(),
	}
	return nil
}
