package datastores

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// Cache is a Valkey replication group. It takes connections with TLS only: a client
// connects to rediss://USERNAME:PASSWORD@HOST:PORT.
type Cache struct {
	// Host is the name of the primary; it stays when a replica takes over.
	Host pulumi.StringOutput
	// Port is its TCP port.
	Port int
	// SecretArn is the secret with "username" and "password", letters and digits
	// only, so that they stand in a URL as they are. KeyArn is its key.
	SecretArn, KeyArn pulumi.StringOutput
	// SecurityGroupID is the group that NewAccess lets a colour into.
	SecurityGroupID pulumi.StringOutput
}

const (
	valkeyVersion = "8.0"
	valkeyFamily  = "default.valkey8"
	cachePort     = 6379
	// cacheUser is who the checkout service signs in as. cacheAccess is what it may do:
	// read and write keys, and what a connection needs; nothing that administers the
	// server or empties it (Valkey, "ACL", command categories).
	cacheUser   = "checkout"
	cacheAccess = "on ~* resetchannels -@all +@read +@write +@connection -@dangerous"
	// longestCacheName is the limit of ElastiCache's user and group ids.
	longestCacheName = 40
)

// cacheLogs are the logs that a replication group delivers.
var cacheLogs = []string{"engine-log", "slow-log"}

func (b *builder) cacheLogGroup(kind string) string {
	return "/aws/elasticache/" + b.physical(checkout) + "/" + kind
}

// cache makes the checkout service's replication group.
func (b *builder) cache() error {
	if b.args.Checkout == nil {
		return nil
	}
	child := names.Child(b.name, checkout)
	group, err := b.securityGroup(checkout, "Cache "+checkout)
	if err != nil {
		return err
	}
	subnets, err := elasticache.NewSubnetGroup(b.ctx, child, &elasticache.SubnetGroupArgs{
		Description: pulumi.String("Data subnets of " + b.args.PhysicalName),
		SubnetIds:   b.subnets, Tags: b.tags(child),
	}, b.opts...)
	if err != nil {
		return err
	}
	secret, users, err := b.cacheUsers(child)
	if err != nil {
		return err
	}
	var deliveries elasticache.ReplicationGroupLogDeliveryConfigurationArray
	for _, kind := range cacheLogs {
		made, err := b.logGroup(names.Child(child, "log", kind), b.cacheLogGroup(kind))
		if err != nil {
			return err
		}
		deliveries = append(deliveries, elasticache.ReplicationGroupLogDeliveryConfigurationArgs{
			Destination: made.Name, DestinationType: pulumi.String("cloudwatch-logs"),
			LogFormat: pulumi.String("json"), LogType: pulumi.String(kind),
		})
	}
	args := b.cacheArgs(child, subnets, group)
	args.UserGroupIds, args.LogDeliveryConfigurations = pulumi.StringArray{users.UserGroupId}, deliveries
	cache, err := elasticache.NewReplicationGroup(b.ctx, child, args, b.opts...)
	if err != nil {
		return err
	}
	b.made.Checkout = &Cache{
		Host: cache.PrimaryEndpointAddress, Port: cachePort, SecretArn: secret, KeyArn: b.key.Arn,
		SecurityGroupID: group.ID().ToStringOutput(),
	}
	return nil
}

// cacheUsers makes the password, the secret that holds it and the only user. The
// password of the generation before stays valid: pods read a secret when they start,
// and those that run hold the old one until then.
func (b *builder) cacheUsers(child string) (pulumi.StringOutput, *elasticache.UserGroup, error) {
	var none pulumi.StringOutput
	generation := b.args.Checkout.CredentialsGeneration
	var passwords pulumi.StringArray
	var current pulumi.StringOutput
	for g := max(1, generation-1); g <= generation; g++ {
		password, err := b.password(child, g)
		if err != nil {
			return none, nil, err
		}
		passwords, current = append(passwords, password), password
	}
	id := names.Limit(b.physical(checkout), longestCacheName)
	user, err := elasticache.NewUser(b.ctx, child, &elasticache.UserArgs{
		UserId: pulumi.String(id), UserName: pulumi.String(cacheUser), Engine: pulumi.String("valkey"),
		AccessString: pulumi.String(cacheAccess),
		AuthenticationMode: elasticache.UserAuthenticationModeArgs{
			Type: pulumi.String("password"), Passwords: passwords,
		},
		Tags: b.tags(child),
	}, b.with(pulumi.AdditionalSecretOutputs([]string{"authenticationMode"}))...)
	if err != nil {
		return none, nil, err
	}
	users, err := elasticache.NewUserGroup(b.ctx, child, &elasticache.UserGroupArgs{
		UserGroupId: pulumi.String(id), Engine: pulumi.String("valkey"), UserIds: pulumi.StringArray{user.UserId},
		Tags: b.tags(child),
	}, b.opts...)
	if err != nil {
		return none, nil, err
	}
	secret, err := b.secret(child, "Sign-in of the checkout service to its cache", cacheUser, current)
	return secret, users, err
}

func (b *builder) cacheArgs(
	child string, subnets *elasticache.SubnetGroup, group *ec2.SecurityGroup,
) *elasticache.ReplicationGroupArgs {
	several := b.args.Checkout.Nodes > 1
	args := &elasticache.ReplicationGroupArgs{
		Description: pulumi.String("Checkout of " + b.args.PhysicalName),
		Engine:      pulumi.String("valkey"), EngineVersion: pulumi.String(valkeyVersion), ParameterGroupName: pulumi.String(valkeyFamily),
		NodeType: pulumi.String(b.args.Checkout.NodeType), Port: pulumi.Int(cachePort),
		// One shard: the checkout service's client does not follow a cluster's redirections.
		NumCacheClusters: pulumi.Int(b.args.Checkout.Nodes), AutomaticFailoverEnabled: pulumi.Bool(several), MultiAzEnabled: pulumi.Bool(several),
		SubnetGroupName: subnets.Name, SecurityGroupIds: pulumi.StringArray{group.ID()},
		AtRestEncryptionEnabled: pulumi.Bool(true), KmsKeyId: b.key.Arn,
		TransitEncryptionEnabled: pulumi.Bool(true), TransitEncryptionMode: pulumi.String("required"),
		SnapshotRetentionLimit: pulumi.Int(b.args.Checkout.BackupDays),
		SnapshotWindow:         pulumi.String("01:00-02:00"), MaintenanceWindow: pulumi.String("tue:02:30-tue:03:30"),
		AutoMinorVersionUpgrade: pulumi.Bool(true), ApplyImmediately: pulumi.Bool(false),
		Tags: b.tags(child),
	}
	if !b.args.NoFinalSnapshot {
		args.FinalSnapshotIdentifier = b.finalSnapshot(checkout)
	}
	return args
}
