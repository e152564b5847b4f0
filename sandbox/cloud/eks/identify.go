package eks

import (
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/clusters"
)

// Identify answers a cluster's API server who a caller is, as EKS does: the
// token tells the IAM role, the role's access entry the user name and groups,
// and each associated policy becomes a group that the cluster binds.
func Identify(w *cloud.World) clusters.Identify {
	return func(clusterARN, token string) (user string, groups []string, ok bool) {
		parts := strings.SplitN(clusterARN, ":", 6)
		if len(parts) != 6 {
			return "", nil, false
		}
		region, account, cluster := parts[3], parts[4], strings.TrimPrefix(parts[5], "cluster/")
		id, err := w.VerifyToken(token, cluster)
		if err != nil || id.Cluster != cluster || id.Region != region {
			return "", nil, false
		}
		err = w.View(account, region, func(c *cloud.Call) error {
			if entry := entryOf(c, cluster, id.Role); entry != nil {
				user, groups, ok = userOf(entry, id), groupsOf(c, entry), true
			}
			return nil
		})
		return user, groups, ok && err == nil
	}
}

// entryOf is the access entry of a role; a session tells the role without its
// path.
func entryOf(c *cloud.Call, cluster, role string) *cloud.Record {
	for _, e := range c.List(AccessEntry) {
		arn := str(e.State, "principalArn")
		if str(e.State, "clusterName") == cluster && str(e.State, "type") == "STANDARD" &&
			iam.RoleName(arn) == iam.RoleName(role) && strings.Split(arn, ":")[4] == strings.Split(role, ":")[4] {
			return e
		}
	}
	return nil
}

func userOf(entry *cloud.Record, id cloud.Identity) string {
	session := id.Session[strings.LastIndex(id.Session, "/")+1:]
	replaced := strings.NewReplacer(
		"{{SessionName}}", strings.ReplaceAll(session, "@", "-"), "{{SessionNameRaw}}", session,
		"{{AccountID}}", strings.Split(id.Role, ":")[4])
	return replaced.Replace(str(entry.State, "userName"))
}

func groupsOf(c *cloud.Call, entry *cloud.Record) []string {
	groups := strs(entry.State, "kubernetesGroups")
	for _, a := range associations(c, str(entry.State, "clusterName"), str(entry.State, "principalArn")) {
		group := "eks-access:" + strings.TrimPrefix(str(a.State, "policyArn"), policyPrefix)
		if str(a.State, "accessScope.type") != "namespace" {
			groups = append(groups, group)
			continue
		}
		for _, namespace := range strs(a.State, "accessScope.namespaces") {
			groups = append(groups, group+":"+namespace)
		}
	}
	return groups
}
