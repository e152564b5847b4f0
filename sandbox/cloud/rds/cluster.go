package rds

import (
	"math"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/secretsmanager"
)

func clusterSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Cluster,
		API: cloud.API{Create: "rds:CreateDBCluster", Read: "rds:DescribeDBClusters", Update: "rds:ModifyDBCluster",
			Delete: "rds:DeleteDBCluster"},
		Latency: cloud.Latency{Create: 2 * time.Minute, Update: time.Minute, Delete: 2 * time.Minute},
		// clusterIdentifier: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "clusterIdentifier", Max: 63, Lower: true},
		// pulumi-aws's own defaults (aws_rds_cluster).
		Defaults: cloud.Props{"copyTagsToSnapshot": false, "deleteAutomatedBackups": true, "enableGlobalWriteForwarding": false,
			"enableHttpEndpoint": false, "enableLocalWriteForwarding": false, "engineMode": "provisioned", "skipFinalSnapshot": false},
		Refs: []cloud.Ref{
			{Path: "dbSubnetGroupName", To: []string{SubnetGroup}, By: "name", NotFound: "DBSubnetGroupNotFoundFault", Holds: "InvalidDBSubnetGroupStateFault"},
			{Path: "dbClusterParameterGroupName", To: []string{ParameterGroup}, By: "name", NotFound: "DBClusterParameterGroupNotFound",
				Holds: "InvalidDBParameterGroupState", Loose: func(name string) bool { return strings.HasPrefix(name, "default.") }},
			{Path: "vpcSecurityGroupIds[*]", To: []string{ec2.SecurityGroup}, NotFound: "InvalidGroup.NotFound"}, // the instances' interfaces hold them
		},
		Check: []func(*cloud.Call) error{checkEngine, checkMaster, ec2.Unsupported("sandbox/cloud/rds/cluster.go",
			"allocatedStorage", "backtrackWindow", "clusterScalabilityType", "dbClusterInstanceClass", "dbInstanceParameterGroupName",
			"domain", "enableGlobalWriteForwarding", "enableHttpEndpoint", "enableLocalWriteForwarding", "globalClusterIdentifier", "iamRoles",
			"iops", "monitoringInterval", "replicationSourceIdentifier", "restoreToPointInTime", "s3Import", "scalingConfiguration",
			"snapshotIdentifier", "sourceRegion", "performanceInsightsEnabled")},
		Create: createCluster,
		Read:   readCluster,
		Update: updateCluster,
		Delete: deleteCluster,
	}
}

func checkEngine(c *cloud.Call) error {
	if _, known := engines[c.Str("engine")]; c.Known("engine") && !known {
		return c.Invalid("engine", "%s is not simulated: extend sandbox/cloud/rds/cluster.go", c.Str("engine"))
	}
	if mode := c.Str("engineMode"); c.Known("engineMode") && mode != "provisioned" {
		return c.Invalid("engineMode", "%s is not simulated: extend sandbox/cloud/rds/cluster.go", mode)
	}
	return nil
}

// checkMaster is pulumi-aws's own rule.
func checkMaster(c *cloud.Call) error {
	if c.Any("masterPassword") != nil && c.Bool("manageMasterUserPassword") {
		return c.Invalid("masterPassword", "conflicts with manageMasterUserPassword")
	}
	return nil
}

func createCluster(c *cloud.Call) error {
	c.ID = strings.ToLower(c.Str("clusterIdentifier"))
	if prefix := c.Str("clusterIdentifierPrefix"); c.ID == "" {
		c.ID = prefix + c.Hex(26)
	}
	switch {
	case c.Get(Cluster, c.ID) != nil:
		return c.Fail("DBClusterAlreadyExistsFault", "DB Cluster already exists")
	case len(c.List(Cluster)) >= clustersLimit:
		return c.Fail("DBClusterQuotaExceededFault", "DB Cluster quota exceeded")
	}
	name := c.Str("engine")
	ec2.Fill(c.State, cloud.Props{"engineVersion": newest(name), "port": engines[name].port, "backupRetentionPeriod": 1,
		"preferredBackupWindow": "03:00-03:30", "preferredMaintenanceWindow": "sun:04:00-sun:04:30", "networkType": "IPV4",
		"storageType": "", "storageEncrypted": false, "kmsKeyId": "", "databaseName": "", "clusterMembers": []any{}, "iamRoles": []any{},
		"vpcSecurityGroupIds": []any{}, "dbSubnetGroupName": "default", "allocatedStorage": 1, "databaseInsightsMode": "standard",
		"engineLifecycleSupport": "open-source-rds-extended-support", "monitoringInterval": 0, "monitoringRoleArn": "",
		"caCertificateIdentifier": "", "caCertificateValidTill": "", "clusterScalabilityType": "standard", "dbSystemId": "",
		"performanceInsightsKmsKeyId": "", "performanceInsightsRetentionPeriod": 0, "clusterIdentifierPrefix": "", "applyImmediately": false})
	ec2.Fill(c.State, cloud.Props{"dbClusterParameterGroupName": "default." + engines[name].family(ec2.Text(c.State, "engineVersion"))})
	hash := c.Regional("rds", 12)
	zones := []any{}
	for _, id := range c.Zones() {
		zones = append(zones, c.ZoneName(id))
	}
	for property, value := range map[string]any{
		"arn": c.ARN("rds", "cluster:"+c.ID), "clusterIdentifier": c.ID, "clusterResourceId": resourceID(c, "cluster-"),
		"endpoint":       c.ID + ".cluster-" + hash + "." + c.Region + ".rds.amazonaws.com",
		"readerEndpoint": c.ID + ".cluster-ro-" + hash + "." + c.Region + ".rds.amazonaws.com",
		"hostedZoneId":   "Z" + strings.ToUpper(strings.ReplaceAll(c.Region, "-", "")) + "RDS", "availabilityZones": zones,
	} {
		c.State[property] = value
	}
	if err := checkCluster(c); err != nil {
		return err
	}
	return master(c)
}

// checkCluster holds the rules about more than one value.
func checkCluster(c *cloud.Call) error {
	name, version := c.Str("engine"), ec2.Text(c.State, "engineVersion")
	family := engines[name].family(version)
	if family == "" {
		return invalid(c, "Cannot find version %s for %s", version, name)
	}
	c.State["engineVersionActual"] = version
	for _, check := range []func(*cloud.Call) error{checkNetwork, checkCapacity} {
		if err := check(c); err != nil {
			return err
		}
	}
	if group := c.Get(ParameterGroup, c.Str("dbClusterParameterGroupName")); group != nil && ec2.Text(group.State, "family") != family {
		return invalid(c, "The Parameter Group %s with DBParameterGroupFamily %s can't be used for this cluster. "+
			"Please use a Parameter Group with DBParameterGroupFamily %s", group.ID, ec2.Text(group.State, "family"), family)
	}
	if c.Str("kmsKeyId") != "" && !c.Bool("storageEncrypted") {
		return invalid(c, "The parameter StorageEncrypted must be true when KmsKeyId is given")
	}
	for _, path := range []string{"kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId"} {
		if err := usable(c, c.Str(path)); err != nil {
			return err
		}
	}
	for _, kind := range c.Strs("enabledCloudwatchLogsExports") {
		if !slices.Contains(engines[name].logs, kind) {
			return invalid(c, "You cannot use the log types '%s' with engine version %s %s. For supported log types, see the documentation.", kind, name, version)
		}
		logs.Ensure(c, "/aws/rds/cluster/"+c.ID+"/"+kind)
	}
	return windows(c, c.State)
}

// checkNetwork wants security groups of the VPC in which the subnets lie.
func checkNetwork(c *cloud.Call) error {
	group := c.Get(SubnetGroup, c.Str("dbSubnetGroupName"))
	if group == nil {
		return c.Fail("DBSubnetGroupNotFoundFault", "DB subnet group 'default' does not exist: the account has no default VPC")
	}
	vpc := ec2.Text(group.State, "vpcId")
	for _, id := range c.Strs("vpcSecurityGroupIds") {
		if other := ec2.Text(c.Get(ec2.SecurityGroup, id).State, "vpcId"); other != vpc {
			return invalid(c, "The DB instance and EC2 security group are in different VPCs. The DB instance is in %s and the EC2 security group is in %s", vpc, other)
		}
	}
	return nil
}

// checkCapacity is about Aurora Serverless v2.
func checkCapacity(c *cloud.Call) error {
	const path = "serverlessv2ScalingConfiguration."
	if c.Any("serverlessv2ScalingConfiguration") == nil {
		return nil
	}
	low, high := c.Num(path+"minCapacity"), c.Num(path+"maxCapacity")
	if math.Mod(low, 0.5) != 0 || math.Mod(high, 0.5) != 0 || low > high {
		return c.Fail("InvalidParameterValue", "Serverless v2 capacity %v isn't valid. The value must be a multiple of 0.5, the minimum not above the maximum.", []float64{low, high})
	}
	return nil
}

// master is the master user: its password given, or made and kept by RDS in a secret
// that belongs to the cluster.
func master(c *cloud.Call) error {
	user := c.Str("masterUsername")
	switch {
	case user == "":
		return c.Fail("InvalidParameterValue", "The parameter MasterUsername must be provided and must not be blank.")
	case user == "rdsadmin", c.Str("engine") == "aurora-postgresql" && user == "admin":
		return c.Fail("InvalidParameterValue", "MasterUsername %s cannot be used as it is a reserved word used by the engine", user)
	case !c.Bool("manageMasterUserPassword") && len(c.Str("masterPassword")) < 8:
		return c.Fail("InvalidParameterValue", "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.")
	}
	return masterSecret(c)
}

func masterSecret(c *cloud.Call) error {
	had := ec2.Text(c.State, "masterUserSecrets[0].secretArn")
	if !c.Bool("manageMasterUserPassword") {
		if had != "" {
			secretsmanager.Disown(c, c.ID)
		}
		c.State["masterUserSecrets"] = []any{}
		return nil
	}
	key := c.Str("masterUserSecretKmsKeyId")
	if had == "" {
		resource := strings.ToLower(strings.TrimPrefix(ec2.Text(c.State, "clusterResourceId"), "cluster-"))
		had = secretsmanager.Own(c, c.ID, "rds!cluster-"+resource, "The secret associated with the primary RDS DB cluster: "+ec2.Text(c.State, "arn"), key,
			`{"username":"`+c.Str("masterUsername")+`","password":"`+c.Hex(28)+`"}`)
	}
	c.State["masterUserSecrets"] = []any{cloud.Props{"kmsKeyId": key, "secretArn": had, "secretStatus": "active"}}
	return nil
}
