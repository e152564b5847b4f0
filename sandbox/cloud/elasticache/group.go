package elasticache

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

// versions of the engines with the actual release of each (Amazon ElastiCache User Guide,
// "Supported engines and versions").
var versions = map[string]map[string]string{
	"valkey": {"7.2": "7.2.6", "8.0": "8.0.1", "8.1": "8.1.0"},
	"redis":  {"6.2": "6.2.6", "7.0": "7.0.7", "7.1": "7.1.0"},
}

// families of default parameter groups by engine and version.
func family(engine, version string) string {
	major, _, _ := strings.Cut(version, ".")
	if engine == "redis" && major == "6" {
		return "redis6.x"
	}
	return engine + major
}

// nodeTypes are those that replication groups take (User Guide, "Supported node types").
var nodeTypes = regexp.MustCompile(`^cache\.((t3|t4g)\.(micro|small|medium)|(m5|m6g|m7g|r5|r6g|r7g|r6gd)\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge))$`)

func replicationGroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ReplicationGroup,
		API: cloud.API{Create: "elasticache:CreateReplicationGroup", Read: "elasticache:DescribeReplicationGroups",
			Update: "elasticache:ModifyReplicationGroup", Delete: "elasticache:DeleteReplicationGroup"},
		Latency: cloud.Latency{Create: 10 * time.Minute, Update: 5 * time.Minute, Delete: 6 * time.Minute},
		// replicationGroupId: AutoNameTransform with strings.ToLower in pulumi-aws.
		AutoName: &cloud.AutoName{Property: "replicationGroupId", Max: 40, Lower: true},
		// pulumi-aws's own defaults (aws_elasticache_replication_group).
		Defaults: cloud.Props{"automaticFailoverEnabled": false, "multiAzEnabled": false},
		Refs: []cloud.Ref{
			{Path: "subnetGroupName", To: []string{SubnetGroup}, By: "name", NotFound: "CacheSubnetGroupNotFoundFault", Holds: "CacheSubnetGroupInUse"},
			{Path: "securityGroupIds[*]", To: []string{ec2.SecurityGroup}, NotFound: "InvalidParameterValue"}, // the nodes' interfaces hold them
			{Path: "userGroupIds[*]", To: []string{UserGroup}, By: "userGroupId", NotFound: "UserGroupNotFound", Holds: "InvalidUserGroupState"},
		},
		Check: []func(*cloud.Call) error{checkAvailability, ec2.Unsupported("sandbox/cloud/elasticache/group.go",
			"clusterMode", "dataTieringEnabled", "globalReplicationGroupId", "notificationTopicArn", "numNodeGroups", "preferredCacheClusterAzs",
			"replicasPerNodeGroup", "securityGroupNames", "snapshotArns", "snapshotName")},
		Create: createGroup,
		Update: checkGroup,
		Delete: deleteGroup,
	}
}

// checkAvailability holds pulumi-aws's own rules.
func checkAvailability(c *cloud.Call) error {
	switch {
	case c.Bool("multiAzEnabled") && c.Known("automaticFailoverEnabled") && !c.Bool("automaticFailoverEnabled"):
		return c.Invalid("automaticFailoverEnabled", "automatic_failover_enabled must be true if multi_az_enabled is true")
	case c.Any("authToken") != nil && c.Any("userGroupIds") != nil:
		return c.Invalid("authToken", "conflicts with userGroupIds")
	}
	return nil
}

func createGroup(c *cloud.Call) error {
	c.ID = strings.ToLower(c.Str("replicationGroupId"))
	if c.Get(ReplicationGroup, c.ID) != nil {
		return c.Fail("ReplicationGroupAlreadyExists", "Replication group %s already exists.", c.ID)
	}
	hash := c.Regional("elasticache", 6)
	ec2.Fill(c.State, cloud.Props{"engine": "redis", "nodeType": "cache.t4g.micro", "numCacheClusters": 1, "port": 6379,
		"atRestEncryptionEnabled": false, "transitEncryptionEnabled": false, "autoMinorVersionUpgrade": true, "applyImmediately": false,
		"snapshotRetentionLimit": 0, "snapshotWindow": "03:00-04:00", "maintenanceWindow": "sun:05:00-sun:06:00", "kmsKeyId": "",
		"securityGroupIds": []any{}, "securityGroupNames": []any{}, "networkType": "ipv4", "ipDiscovery": "ipv4", "clusterMode": "disabled",
		"dataTieringEnabled": false, "clusterEnabled": false, "configurationEndpointAddress": "", "globalReplicationGroupId": "", "numNodeGroups": 1,
		"subnetGroupName": "default"})
	engine := ec2.Text(c.State, "engine")
	ec2.Fill(c.State, cloud.Props{"engineVersion": map[string]string{"redis": "7.1", "valkey": "8.0"}[engine]})
	ec2.Fill(c.State, cloud.Props{"parameterGroupName": "default." + family(engine, ec2.Text(c.State, "engineVersion"))})
	for role, property := range map[string]string{"master": "primaryEndpointAddress", "replica": "readerEndpointAddress"} {
		host := fmt.Sprintf("%s.%s.%s.%s.cache.amazonaws.com", role, c.ID, hash, c.Region)
		if !c.Bool("transitEncryptionEnabled") {
			kind := map[string]string{"master": ".ng.0001", "replica": "-ro"}[role]
			host = fmt.Sprintf("%s.%s%s.%s.cache.amazonaws.com", c.ID, hash, kind, c.Region)
		}
		c.State[property] = host
	}
	c.State["replicationGroupId"], c.State["arn"] = c.ID, c.ARN("elasticache", "replicationgroup:"+c.ID)
	return checkGroup(c)
}

// checkGroup holds what ElastiCache refuses, of a new group and of a change, and then
// puts the nodes into the subnets.
func checkGroup(c *cloud.Call) error {
	for _, check := range []func(*cloud.Call) error{checkEngine, checkNodes, checkSecurity, checkLogs} {
		if err := check(c); err != nil {
			return err
		}
	}
	return placeNodes(c)
}

func checkEngine(c *cloud.Call) error {
	engine, version := ec2.Text(c.State, "engine"), ec2.Text(c.State, "engineVersion")
	actual, known := versions[engine][version]
	if !known {
		return c.Fail("InvalidParameterCombination", "Cannot find version %s for %s", version, engine)
	}
	c.State["engineVersionActual"] = actual
	switch group := ec2.Text(c.State, "parameterGroupName"); {
	case !strings.HasPrefix(group, "default."):
		return c.Fail("CacheParameterGroupNotFound", "CacheParameterGroup not found: %s (those of one's own are not simulated: extend sandbox/cloud/elasticache)", group)
	case group != "default."+family(engine, version):
		return c.Fail("InvalidParameterCombination", "Expected a parameter group of family %s but found one of family %s",
			family(engine, version), strings.TrimPrefix(group, "default."))
	}
	return nil
}

func checkNodes(c *cloud.Call) error {
	nodes, all := ec2.Number(c.State, "numCacheClusters"), 0
	for _, group := range c.List(ReplicationGroup) {
		if group.ID != c.ID {
			all += ec2.Number(group.State, "numCacheClusters")
		}
	}
	switch {
	case !nodeTypes.MatchString(ec2.Text(c.State, "nodeType")):
		return c.Fail("InvalidParameterValue", "Invalid Cache Node Type: %s.", ec2.Text(c.State, "nodeType"))
	case nodes < 1 || nodes > nodesPerShard:
		return c.Fail("InvalidParameterValue", "A replication group has 1 to %d nodes, got %d", nodesPerShard, nodes)
	case all+nodes > nodesLimit:
		return c.Fail("NodeQuotaForCustomerExceeded", "You cannot have more than %d nodes.", nodesLimit)
	case c.Bool("automaticFailoverEnabled") && nodes < 2:
		return c.Fail("InvalidParameterValue", "Replication group with automatic failover must have at least 2 nodes")
	}
	return nil
}

func checkSecurity(c *cloud.Call) error {
	tls := c.Bool("transitEncryptionEnabled")
	group := c.Get(SubnetGroup, ec2.Text(c.State, "subnetGroupName"))
	switch {
	case group == nil:
		return c.Fail("CacheSubnetGroupNotFoundFault", "Cache Subnet Group default does not exist: the account has no default VPC")
	case len(c.Strs("userGroupIds")) > 0 && !tls:
		return c.Fail("InvalidParameterCombination", "User group based access control requires encryption-in-transit to be enabled")
	case c.Str("authToken") != "" && !tls:
		return c.Fail("InvalidParameterCombination", "The AUTH token is only supported when encryption-in-transit is enabled")
	case c.Str("transitEncryptionMode") != "" && !tls:
		return c.Fail("InvalidParameterCombination", "Transit encryption mode is only supported when encryption-in-transit is enabled")
	case c.Str("kmsKeyId") != "" && !c.Bool("atRestEncryptionEnabled"):
		return c.Fail("InvalidParameterCombination", "A KMS key is only supported when encryption-at-rest is enabled")
	}
	for _, id := range c.Strs("securityGroupIds") {
		if ec2.Text(c.Get(ec2.SecurityGroup, id).State, "vpcId") != ec2.Text(group.State, "vpcId") {
			return c.Fail("InvalidParameterCombination", "The security group %s is not in the VPC of the cache subnet group", id)
		}
	}
	if key := c.Str("kmsKeyId"); key != "" {
		if _, err := kms.Usable(c, key); err != nil {
			return c.Fail("InvalidKMSKeyFault", "The KMS key supplied is not valid. (%v)", err)
		}
	}
	return nil
}

// checkLogs wants the log groups to be there: ElastiCache makes none.
func checkLogs(c *cloud.Call) error {
	given, _ := c.Any("logDeliveryConfigurations").([]any)
	for i := range given {
		at := fmt.Sprintf("logDeliveryConfigurations[%d].", i)
		switch name := c.Str(at + "destination"); {
		case c.Str(at+"destinationType") != "cloudwatch-logs":
			return c.Fail("InvalidParameterValue", "%s is not simulated: extend sandbox/cloud/elasticache/group.go", c.Str(at+"destinationType"))
		case c.Get(logs.Group, name) == nil:
			return c.Fail("InvalidParameterValue", "The log group %s does not exist", name)
		}
	}
	return nil
}

// placeNodes puts each node into the next subnet, round and round.
func placeNodes(c *cloud.Call) error {
	group := c.Get(SubnetGroup, ec2.Text(c.State, "subnetGroupName"))
	subnets := ec2.Texts(group.State, "subnetIds[*]")
	zones := map[string]bool{}
	for _, subnet := range subnets {
		id, _ := ec2.ZoneOf(c, subnet)
		zones[id] = true
	}
	if c.Bool("multiAzEnabled") && len(zones) < 2 {
		return c.Fail("InvalidParameterCombination", "Multi-AZ needs a cache subnet group with subnets in at least two Availability Zones")
	}
	slices.Sort(subnets)
	nodes, members := ec2.Number(c.State, "numCacheClusters"), []any{}
	standing := ec2.Interfaces(c, c.ID)
	if len(standing) > nodes {
		ec2.RemoveInterfaces(c, c.ID)
		standing = nil
	}
	for _, i := range standing {
		i.State["securityGroups"] = c.State["securityGroupIds"]
		c.Save(i)
	}
	for n := range nodes {
		name := fmt.Sprintf("%s-%03d", c.ID, n+1)
		members = append(members, name)
		if n < len(standing) {
			continue
		}
		if _, err := ec2.AddInterface(c, subnets[n%len(subnets)], c.Strs("securityGroupIds"), c.ID, "ElastiCache "+name); err != nil {
			return err
		}
	}
	c.State["memberClusters"], c.State["replicasPerNodeGroup"] = members, nodes-1
	return nil
}

// deleteGroup takes the final snapshot that was asked for; automatic ones go with the group.
func deleteGroup(c *cloud.Call) error {
	name := ec2.Text(c.State, "finalSnapshotIdentifier")
	if name == "" {
		return nil
	}
	if c.Get(Snapshot, name) != nil {
		return c.Fail("SnapshotAlreadyExistsFault", "Snapshot with specified name already exists.")
	}
	c.Put(&cloud.Record{Token: Snapshot, ID: name, State: cloud.Props{
		"arn": c.ARN("elasticache", "snapshot:"+name), "replicationGroupId": c.ID, "engine": c.State["engine"], "kmsKeyId": c.State["kmsKeyId"],
		"snapshotStatus": "available",
	}})
	return nil
}
