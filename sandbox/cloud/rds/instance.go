package rds

import (
	"regexp"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// serverless is the class whose capacity follows the load.
const serverless = "db.serverless"

// classes are the instance classes that Aurora knows (Amazon Aurora User Guide, "Aurora
// DB instance class types").
var classes = regexp.MustCompile(`^db\.((t3|t4g)\.(medium|large)|(r5|r6g|r6i|r7g|r7i|r8g|x2g)\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge)|serverless)$`)

func instanceSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Instance,
		API: cloud.API{Create: "rds:CreateDBInstance", Read: "rds:DescribeDBInstances", Update: "rds:ModifyDBInstance",
			Delete: "rds:DeleteDBInstance"},
		Latency: cloud.Latency{Create: 8 * time.Minute, Update: 5 * time.Minute, Delete: 4 * time.Minute},
		// identifier: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "identifier", Max: 63, Lower: true},
		// pulumi-aws's own defaults (aws_rds_cluster_instance).
		Defaults: cloud.Props{"autoMinorVersionUpgrade": true, "copyTagsToSnapshot": false, "forceDestroy": false,
			"monitoringInterval": 0, "promotionTier": 0},
		Refs: []cloud.Ref{
			{Path: "clusterIdentifier", To: []string{Cluster}, NotFound: "DBClusterNotFoundFault"},
			{Path: "dbSubnetGroupName", To: []string{SubnetGroup}, By: "name", NotFound: "DBSubnetGroupNotFoundFault", Holds: "InvalidDBSubnetGroupStateFault"},
		},
		Check: []func(*cloud.Call) error{ec2.Unsupported("sandbox/cloud/rds/instance.go",
			"customIamInstanceProfile", "dbParameterGroupName", "forceDestroy", "monitoringInterval", "monitoringRoleArn", "preferredBackupWindow")},
		Create: createInstance,
		Update: checkInstance,
		Delete: deleteInstance,
	}
}

func createInstance(c *cloud.Call) error {
	c.ID = strings.ToLower(c.Str("identifier"))
	if c.ID == "" {
		c.ID = c.Str("identifierPrefix") + c.Hex(26)
	}
	cluster := c.Get(Cluster, c.Str("clusterIdentifier"))
	all := members(c, cluster.ID)
	switch {
	case c.Get(Instance, c.ID) != nil:
		return c.Fail("DBInstanceAlreadyExists", "DB instance already exists")
	case len(c.List(Instance)) >= instancesLimit || len(all) >= membersLimit:
		return c.Fail("InstanceQuotaExceeded", "DB instance quota exceeded")
	}
	key := ec2.Text(cluster.State, "kmsKeyId")
	ec2.Fill(c.State, cloud.Props{"engineVersion": cluster.State["engineVersion"], "dbSubnetGroupName": cluster.State["dbSubnetGroupName"],
		"preferredMaintenanceWindow": cluster.State["preferredMaintenanceWindow"], "preferredBackupWindow": cluster.State["preferredBackupWindow"],
		"caCertIdentifier": "rds-ca-rsa2048-g1", "publiclyAccessible": false, "performanceInsightsEnabled": false, "identifierPrefix": "",
		"performanceInsightsKmsKeyId": "", "performanceInsightsRetentionPeriod": 0, "monitoringRoleArn": "", "applyImmediately": false,
		"dbParameterGroupName": "default." + engines[ec2.Text(cluster.State, "engine")].family(ec2.Text(cluster.State, "engineVersion"))})
	_, domain, _ := strings.Cut(ec2.Text(cluster.State, "endpoint"), ".cluster-")
	for property, value := range map[string]any{
		"arn": c.ARN("rds", "db:"+c.ID), "identifier": c.ID, "dbiResourceId": resourceID(c, "db-"), "endpoint": c.ID + "." + domain,
		"port": cluster.State["port"], "kmsKeyId": key, "storageEncrypted": cluster.State["storageEncrypted"], "networkType": "IPV4",
		"writer": len(all) == 0, "engineVersionActual": cluster.State["engineVersion"],
	} {
		c.State[property] = value
	}
	if err := checkInstance(c); err != nil {
		return err
	}
	return place(c, cluster)
}

func checkInstance(c *cloud.Call) error {
	cluster := c.Get(Cluster, c.Str("clusterIdentifier"))
	name, class := ec2.Text(cluster.State, "engine"), c.Str("instanceClass")
	switch {
	case c.Str("engine") != name:
		return invalid(c, "The engine name requested for your DB instance (%s) doesn't match the engine name of your DB cluster (%s).", c.Str("engine"), name)
	case c.Str("engineVersion") != "" && c.Str("engineVersion") != ec2.Text(cluster.State, "engineVersion"):
		return invalid(c, "The engine version that you requested for your DB instance (%s) does not match the engine version of your DB cluster (%s).",
			c.Str("engineVersion"), ec2.Text(cluster.State, "engineVersion"))
	case !classes.MatchString(class):
		return invalid(c, "RDS does not support creating a DB instance with the following combination: DBInstanceClass=%s, Engine=%s, EngineVersion=%s",
			class, name, ec2.Text(cluster.State, "engineVersion"))
	case class == serverless && cluster.State["serverlessv2ScalingConfiguration"] == nil:
		return invalid(c, "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.")
	case c.Bool("publiclyAccessible"):
		return invalid(c, "A publicly accessible instance is not simulated: extend sandbox/cloud/rds/instance.go")
	}
	return usable(c, c.Str("performanceInsightsKmsKeyId"))
}

// place puts the instance's interface into the subnet of its zone; without a zone RDS
// takes the one with the fewest of the cluster's instances.
func place(c *cloud.Call, cluster *cloud.Record) error {
	group := c.Get(SubnetGroup, ec2.Text(c.State, "dbSubnetGroupName"))
	wanted, best, fewest := c.Str("availabilityZone"), "", -1
	for _, subnet := range ec2.Texts(group.State, "subnetIds[*]") {
		_, zone := ec2.ZoneOf(c, subnet)
		if wanted != "" && zone != wanted {
			continue
		}
		count := 0
		for _, i := range members(c, cluster.ID) {
			if ec2.Text(i.State, "availabilityZone") == zone {
				count++
			}
		}
		if fewest < 0 || count < fewest {
			best, fewest = subnet, count
		}
	}
	if best == "" {
		return c.Fail("InvalidVPCNetworkStateFault", "The DB subnet group %s has no subnet in the Availability Zone %s.", group.ID, wanted)
	}
	_, zone := ec2.ZoneOf(c, best)
	c.State["availabilityZone"] = zone
	_, err := ec2.AddInterface(c, best, ec2.Texts(cluster.State, "vpcSecurityGroupIds[*]"), c.ID, "RDSNetworkInterface")
	return err
}

// deleteInstance makes another one the writer when the writer goes.
func deleteInstance(c *cloud.Call) error {
	if !ec2.Flag(c.State, "writer") {
		return nil
	}
	for _, other := range members(c, ec2.Text(c.State, "clusterIdentifier")) {
		if other.ID != c.ID {
			other.State["writer"] = true
			c.Save(other)
			return nil
		}
	}
	return nil
}
