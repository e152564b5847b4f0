package datastores

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// Serverless is the instance class whose capacity follows the load (Amazon Aurora User
// Guide, "Using Aurora Serverless v2").
const Serverless = "db.serverless"

// Database is an Aurora cluster. It takes connections with TLS only.
type Database struct {
	// Host is the name of the writer; it stays when another instance takes over.
	Host pulumi.StringOutput
	// Port is its TCP port.
	Port int
	// Name is the database in the cluster.
	Name string
	// SecretArn is the secret with "username" and "password", which RDS made and
	// rotates every seven days (Amazon Aurora User Guide, "Password management with
	// Amazon Aurora and AWS Secrets Manager"). KeyArn is its key.
	SecretArn, KeyArn pulumi.StringOutput
	// SecurityGroupID is the group that NewAccess lets a colour into.
	SecurityGroupID pulumi.StringOutput
}

// engine is what differs between the two databases. The versions are those that Aurora
// supports longest (Amazon Aurora User Guide, "Aurora MySQL long-term support (LTS)
// releases" and "Aurora PostgreSQL long-term support (LTS) releases"): they are raised
// here, deliberately, and not by AWS.
type engine struct {
	name, version, family string
	port                  int
	// force is the parameter that refuses connections without TLS (Amazon Aurora User
	// Guide, "Requiring SSL/TLS for connections" for either engine).
	force string
	// logs are those sent to CloudWatch Logs.
	logs []string
}

var (
	mysql = engine{
		name: "aurora-mysql", version: "8.0.mysql_aurora.3.10.3", family: "aurora-mysql8.0", port: 3306,
		force: "require_secure_transport", logs: []string{"error", "slowquery"},
	}
	postgresql = engine{
		name: "aurora-postgresql", version: "16.8", family: "aurora-postgresql16", port: 5432,
		force: "rds.force_ssl", logs: []string{"postgresql"},
	}
)

// on is how each engine writes that a parameter is on.
func (e engine) on() string {
	if e.name == mysql.name {
		return "ON"
	}
	return "1"
}

// relational is one database that was asked for.
type relational struct {
	name   string
	engine engine
	args   DatabaseArgs
	into   **Database
}

// logGroup is the name under which RDS exports a log; it cannot be chosen.
func (relational) logGroup(cluster, kind string) string {
	return "/aws/rds/cluster/" + cluster + "/" + kind
}

func (b *builder) relational() []relational {
	var all []relational
	if b.args.Catalog != nil {
		all = append(all, relational{catalog, mysql, *b.args.Catalog, &b.made.Catalog})
	}
	if b.args.Orders != nil {
		all = append(all, relational{orders, postgresql, *b.args.Orders, &b.made.Orders})
	}
	return all
}

// databases makes the Aurora clusters and the subnet group that they share.
func (b *builder) databases() error {
	all := b.relational()
	if len(all) == 0 {
		return nil
	}
	child := names.Child(b.name, "databases")
	subnets, err := rds.NewSubnetGroup(b.ctx, child, &rds.SubnetGroupArgs{
		Description: pulumi.String("Data subnets of " + b.args.PhysicalName),
		SubnetIds:   b.subnets, Tags: b.tags(child),
	}, b.opts...)
	if err != nil {
		return err
	}
	for _, store := range all {
		if err := b.database(store, subnets); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) database(store relational, subnets *rds.SubnetGroup) error {
	child := names.Child(b.name, store.name)
	group, err := b.securityGroup(store.name, "Database "+store.name)
	if err != nil {
		return err
	}
	parameters, err := rds.NewClusterParameterGroup(b.ctx, child, &rds.ClusterParameterGroupArgs{
		Family: pulumi.String(store.engine.family), Description: pulumi.String("TLS only: " + b.physical(store.name)),
		Parameters: rds.ClusterParameterGroupParameterArray{rds.ClusterParameterGroupParameterArgs{
			Name: pulumi.String(store.engine.force), Value: pulumi.String(store.engine.on()),
		}},
		Tags: b.tags(child),
	}, b.opts...)
	if err != nil {
		return err
	}
	var logs []pulumi.Resource
	for _, kind := range store.engine.logs {
		made, err := b.logGroup(names.Child(child, "log", kind), store.logGroup(b.physical(store.name), kind))
		if err != nil {
			return err
		}
		logs = append(logs, made)
	}
	args := b.clusterArgs(store, subnets, parameters, group)
	cluster, err := rds.NewCluster(b.ctx, child, args, b.with(pulumi.DependsOn(logs))...)
	if err != nil {
		return err
	}
	*store.into = &Database{
		Host: cluster.Endpoint, Port: store.engine.port, Name: store.name, KeyArn: b.key.Arn, SecurityGroupID: group.ID().ToStringOutput(),
		SecretArn: cluster.MasterUserSecrets.Index(pulumi.Int(0)).SecretArn().Elem(),
	}
	return b.instances(store, cluster)
}

func (b *builder) clusterArgs(
	store relational, subnets *rds.SubnetGroup, parameters *rds.ClusterParameterGroup, group *ec2.SecurityGroup,
) *rds.ClusterArgs {
	child := names.Child(b.name, store.name)
	args := &rds.ClusterArgs{
		// Chosen, since the log groups' names contain it and must exist before.
		ClusterIdentifier: pulumi.String(b.physical(store.name)),
		Engine:            pulumi.String(store.engine.name), EngineVersion: pulumi.String(store.engine.version),
		DatabaseName: pulumi.String(store.name), Port: pulumi.Int(store.engine.port),
		// The master's password is RDS's own secret: no program and no state ever holds it.
		MasterUsername: pulumi.String("retail"), ManageMasterUserPassword: pulumi.Bool(true), MasterUserSecretKmsKeyId: b.key.Arn,
		DbSubnetGroupName: subnets.Name, VpcSecurityGroupIds: pulumi.StringArray{group.ID()},
		DbClusterParameterGroupName: parameters.Name,
		StorageEncrypted:            pulumi.Bool(true), KmsKeyId: b.key.Arn,
		BackupRetentionPeriod: pulumi.Int(store.args.BackupDays), CopyTagsToSnapshot: pulumi.Bool(true),
		// At night in Europe, the backup before the maintenance.
		PreferredBackupWindow: pulumi.String("01:00-02:00"), PreferredMaintenanceWindow: pulumi.String("tue:02:30-tue:03:30"),
		EnabledCloudwatchLogsExports: pulumi.ToStringArray(store.engine.logs),
		// The services of the shop know passwords only.
		IamDatabaseAuthenticationEnabled: pulumi.Bool(false),
		DeletionProtection:               pulumi.Bool(!b.args.Unprotected),
		SkipFinalSnapshot:                pulumi.Bool(b.args.NoFinalSnapshot),
		Tags:                             b.tags(child),
	}
	if !b.args.NoFinalSnapshot {
		args.FinalSnapshotIdentifier = b.finalSnapshot(store.name)
	}
	if store.args.InstanceClass == Serverless {
		args.Serverlessv2ScalingConfiguration = rds.ClusterServerlessv2ScalingConfigurationArgs{
			MinCapacity: pulumi.Float64(store.args.MinCapacity), MaxCapacity: pulumi.Float64(store.args.MaxCapacity),
		}
	}
	return args
}

// finalSnapshot names the last snapshot of a store. AWS refuses a name that is taken,
// and a snapshot outlives what it was made of: the key's id tells one life from the next.
func (b *builder) finalSnapshot(store string) pulumi.StringOutput {
	return b.key.ID().ApplyT(func(id pulumi.ID) string {
		return names.Limit(fmt.Sprintf("%s-final-%.8s", b.physical(store), id), 63)
	}).(pulumi.StringOutput)
}

// instances puts the instances into the zones, one after the other and round. Which of
// them writes is Aurora's choice; a number is what tells those of one zone apart.
func (b *builder) instances(store relational, cluster *rds.Cluster) error {
	zones := b.args.Zones
	for i := range store.args.Instances {
		zone := zones[i%len(zones)]
		child := names.Child(b.name, store.name, zone)
		if round := i / len(zones); round > 0 {
			child = names.Child(child, strconv.Itoa(round+1))
		}
		if _, err := rds.NewClusterInstance(b.ctx, child, &rds.ClusterInstanceArgs{
			ClusterIdentifier: cluster.ID(), Engine: rds.EngineType(store.engine.name), EngineVersion: cluster.EngineVersion,
			InstanceClass: pulumi.String(store.args.InstanceClass), AvailabilityZone: b.args.ZoneNames[zone],
			DbSubnetGroupName: cluster.DbSubnetGroupName, PubliclyAccessible: pulumi.Bool(false),
			// A new release is a change of this program, tested in dev first.
			AutoMinorVersionUpgrade:    pulumi.Bool(false),
			PreferredMaintenanceWindow: pulumi.String("tue:02:30-tue:03:30"),
			PerformanceInsightsEnabled: pulumi.Bool(true), PerformanceInsightsKmsKeyId: b.key.Arn,
			PerformanceInsightsRetentionPeriod: pulumi.Int(7), // free of charge
			CopyTagsToSnapshot:                 pulumi.Bool(true),
			Tags:                               b.tags(child),
		}, b.opts...); err != nil {
			return err
		}
	}
	return nil
}
