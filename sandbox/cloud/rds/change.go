package rds

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/secretsmanager"
)

// readCluster shows which instances a cluster has.
func readCluster(c *cloud.Call) error {
	names := []any{}
	for _, i := range members(c, c.ID) {
		names = append(names, i.ID)
	}
	c.State["clusterMembers"] = names
	return nil
}

// members are a cluster's instances, the first one made first.
func members(c *cloud.Call, cluster string) []*cloud.Record {
	var out []*cloud.Record
	for _, i := range c.List(Instance) {
		if ec2.Text(i.State, "clusterIdentifier") == cluster {
			out = append(out, i)
		}
	}
	return out
}

func updateCluster(c *cloud.Call) error {
	if err := checkCluster(c); err != nil {
		return err
	}
	old, now := engines[c.Str("engine")], ec2.Text(c.State, "engineVersion")
	before := c.Get(Cluster, c.ID)
	if was := ec2.Text(before.State, "engineVersion"); old.family(was) != old.family(now) && !c.Bool("allowMajorVersionUpgrade") {
		return invalid(c, "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
	}
	for _, i := range members(c, c.ID) {
		for _, card := range ec2.Interfaces(c, i.ID) {
			card.State["securityGroups"] = c.State["vpcSecurityGroupIds"]
			c.Save(card)
		}
		i.State["engineVersion"], i.State["engineVersionActual"] = now, now
		c.Save(i)
	}
	return masterSecret(c)
}

// deleteCluster refuses as RDS does, takes the final snapshot that was asked for, and
// writes a last time to the logs: a group that was deleted before comes back, and stays.
func deleteCluster(c *cloud.Call) error {
	if ec2.Flag(c.State, "deletionProtection") {
		return invalid(c, "Cannot delete protected Cluster, please disable deletion protection and try again.")
	}
	if len(members(c, c.ID)) > 0 {
		return c.Fail("InvalidDBClusterStateFault", "Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
	}
	if !ec2.Flag(c.State, "skipFinalSnapshot") {
		if err := finalSnapshot(c); err != nil {
			return err
		}
	}
	for _, kind := range ec2.Texts(c.State, "enabledCloudwatchLogsExports[*]") {
		logs.Ensure(c, "/aws/rds/cluster/"+c.ID+"/"+kind)
	}
	secretsmanager.Disown(c, c.ID)
	return nil
}

func finalSnapshot(c *cloud.Call) error {
	name := ec2.Text(c.State, "finalSnapshotIdentifier")
	switch {
	case name == "": // pulumi-aws's own refusal, before any call
		return c.Invalid("finalSnapshotIdentifier", "RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false")
	case c.Get(Snapshot, name) != nil:
		return c.Fail("DBClusterSnapshotAlreadyExistsFault", "Cannot create the cluster snapshot because a snapshot with the identifier %s already exists.", name)
	}
	c.Put(&cloud.Record{Token: Snapshot, ID: name, State: cloud.Props{
		"arn": c.ARN("rds", "cluster-snapshot:"+name), "dbClusterIdentifier": c.ID, "dbClusterSnapshotIdentifier": name,
		"engine": c.State["engine"], "engineVersion": c.State["engineVersion"], "kmsKeyId": c.State["kmsKeyId"],
		"storageEncrypted": c.State["storageEncrypted"], "status": "available", "snapshotCreateTime": c.Now().Format(time.RFC3339),
	}})
	return nil
}
