// Package rds simulates Amazon RDS as far as Aurora goes: clusters of Aurora MySQL and
// Aurora PostgreSQL, their instances, subnet groups and cluster parameter groups, the
// secret of the master user that RDS makes and owns, and final snapshots.
//
// Codes and texts are those of the Amazon RDS API Reference and of RDS's own answers as
// users report them. Multi-AZ DB clusters, Aurora Serverless v1, global databases,
// restoring and replication are not simulated and are refused by name. What AWS would do
// in the maintenance window is done at once.
package rds

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/kms"
)

// Tokens of the resource types.
const (
	Cluster        = "aws:rds/cluster:Cluster"
	Instance       = "aws:rds/clusterInstance:ClusterInstance"
	ParameterGroup = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
	SubnetGroup    = "aws:rds/subnetGroup:SubnetGroup"
	// Snapshot is what a deletion with a final snapshot leaves behind.
	Snapshot = "aws:rds/clusterSnapshot:ClusterSnapshot"
)

// Quotas of an account in a Region (Amazon Aurora User Guide, "Quotas and constraints").
const (
	clustersLimit   = 40
	instancesLimit  = 40
	groupsLimit     = 50
	membersLimit    = 16 // a writer and 15 readers
	subnetsPerGroup = 20
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(clusterSpec(), instanceSpec(), parameterGroupSpec(), subnetGroupSpec())
}

// engine is what the simulation knows of one of Aurora's engines.
type engine struct {
	port float64
	// versions by parameter group family.
	versions map[string][]string
	logs     []string
}

// engines are Aurora's, with the versions that could be had in 2026 (Release Notes for
// Aurora MySQL and for Aurora PostgreSQL, "Release calendars"): the long-term ones and
// the newest of each minor.
var engines = map[string]engine{
	"aurora-mysql": {
		port: 3306, logs: []string{"audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"},
		versions: map[string][]string{"aurora-mysql8.0": {
			"8.0.mysql_aurora.3.04.4", "8.0.mysql_aurora.3.08.2", "8.0.mysql_aurora.3.10.2", "8.0.mysql_aurora.3.10.3",
			"8.0.mysql_aurora.3.10.4", "8.0.mysql_aurora.3.11.1", "8.0.mysql_aurora.3.12.0",
		}},
	},
	"aurora-postgresql": {
		port: 5432, logs: []string{"iam-db-auth-error", "instance", "postgresql"},
		versions: map[string][]string{
			"aurora-postgresql15": {"15.10", "15.13"},
			"aurora-postgresql16": {"16.6", "16.8", "16.9"},
			"aurora-postgresql17": {"17.4", "17.5"},
		},
	},
}

// family is the parameter group family of an engine's version.
func (e engine) family(version string) string {
	for family, versions := range e.versions {
		if slices.Contains(versions, version) {
			return family
		}
	}
	return ""
}

// newest is what RDS takes when no version is given.
func newest(name string) string {
	last := map[string]string{"aurora-mysql": "aurora-mysql8.0", "aurora-postgresql": "aurora-postgresql17"}[name]
	versions := engines[name].versions[last]
	return versions[len(versions)-1]
}

// invalid is RDS's answer to values that do not go together.
func invalid(c *cloud.Call, format string, args ...any) error {
	return c.Fail("InvalidParameterCombination", format, args...)
}

// usable looks whether a KMS key can be used.
func usable(c *cloud.Call, key string) error {
	if key == "" {
		return nil
	}
	if _, err := kms.Usable(c, key); err != nil {
		return c.Fail("KMSKeyNotAccessibleFault",
			"The specified KMS key [%s] does not exist, is not enabled or you do not have permissions to access it. (%v)", key, err)
	}
	return nil
}

// windows refuses a backup window that meets the maintenance window.
func windows(c *cloud.Call, state cloud.Props) error {
	backup, maintenance := ec2.Text(state, "preferredBackupWindow"), ec2.Text(state, "preferredMaintenanceWindow")
	if backup == "" || maintenance == "" {
		return nil
	}
	from, to, _ := strings.Cut(backup, "-")
	begin, end, _ := strings.Cut(maintenance, "-")
	if minutes(from, to) < 30 {
		return c.Fail("InvalidParameterValue", "The backup window must be at least 30 minutes.")
	}
	_, begin, _ = strings.Cut(begin, ":") // ddd:hh:mm
	_, end, _ = strings.Cut(end, ":")
	if minutes(from, begin) < minutes(from, to) || minutes(begin, from) < minutes(begin, end) {
		return c.Fail("InvalidParameterValue", "The backup window and maintenance window must not overlap.")
	}
	return nil
}

// minutes is how long it is from one time of day to the next time it is another.
func minutes(from, to string) int {
	at := func(text string) int {
		var hour, minute int
		if _, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil {
			return 0
		}
		return 60*hour + minute
	}
	return (at(to) - at(from) + 24*60) % (24 * 60)
}

// resourceID is an identifier such as "cluster-ABC…".
func resourceID(c *cloud.Call, prefix string) string { return prefix + strings.ToUpper(c.Hex(26)) }

// named is a group's name: given, or made of a prefix.
func named(c *cloud.Call) string {
	if name := c.Str("name"); name != "" {
		return strings.ToLower(name)
	}
	return strings.ToLower(c.Str("namePrefix")) + c.Hex(26)
}
