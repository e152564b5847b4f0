package eks

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
)

// policyPrefix begins the ARNs of EKS's access policies.
const policyPrefix = "arn:aws:eks::aws:cluster-access-policy/"

// accessPolicies are EKS's access policies (EKS User Guide, "Review access
// policy permissions").
var accessPolicies = []string{
	"AmazonEKSAdminPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy",
	"AmazonEKSViewPolicy", "AmazonEKSSecretReaderPolicy", "AmazonEKSAutoNodePolicy", "AmazonEKSBlockStoragePolicy",
	"AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy", "AmazonEKSComputePolicy",
	"AmazonEKSBlockStorageClusterPolicy", "AmazonEKSComputeClusterPolicy", "AmazonEKSLoadBalancingClusterPolicy",
	"AmazonEKSNetworkingClusterPolicy", "AmazonEKSHybridPolicy", "AmazonEKSClusterInsightsPolicy",
	"AWSBackupFullAccessPolicyForBackup", "AWSBackupFullAccessPolicyForRestore",
}

// entryTypes are the types of access entries; only STANDARD takes names,
// groups and policies of the program's own.
var entryTypes = []string{"STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"}

// reservedNames begin user and group names that are the system's.
var reservedNames = []string{"system:", "eks:", "aws:", "amazon:", "iam:"}

var principalForm = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)

func accessEntrySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: AccessEntry,
		API: cloud.API{Create: "eks:CreateAccessEntry", Read: "eks:DescribeAccessEntry", Update: "eks:UpdateAccessEntry",
			Delete: "eks:DeleteAccessEntry"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		// pulumi-aws's own default (aws_eks_access_entry).
		Defaults: cloud.Props{"type": "STANDARD"},
		Refs: []cloud.Ref{clusterRef(), {Path: "principalArn", To: []string{iam.Role}, By: "arn",
			NotFound: "InvalidParameterException", Loose: func(string) bool { return true }}},
		Create: createEntry,
		Update: func(c *cloud.Call) error {
			c.State["modifiedAt"] = stamp(c.Now())
			return checkEntry(c)
		},
		Delete: func(c *cloud.Call) error {
			for _, a := range associations(c, str(c.State, "clusterName"), str(c.State, "principalArn")) {
				c.Remove(a) // EKS drops an entry's policies with it
			}
			return nil
		},
	}
}

func createEntry(c *cloud.Call) error {
	cluster, err := active(c)
	if err != nil {
		return err
	}
	if err := takesEntries(c, cluster); err != nil {
		return err
	}
	arn := c.Str("principalArn")
	if !principalForm.MatchString(arn) {
		return invalid("The principalArn parameter format is not valid")
	}
	if strings.Contains(arn, ":role/aws-service-role/") || !iam.Exists(c, arn) {
		return invalid("The specified principalArn is invalid: invalid principal.")
	}
	c.ID = cluster.ID + ":" + arn
	if c.Get(AccessEntry, c.ID) != nil {
		return inUse("The specified access entry resource is already in use on this cluster.")
	}
	fillEntry(c, c.State)
	return checkEntry(c)
}

// takesEntries wants a cluster that asks EKS about its callers.
func takesEntries(c *cloud.Call, cluster *cloud.Record) error {
	if str(cluster.State, "accessConfig.authenticationMode") == "CONFIG_MAP" {
		return c.Fail("InvalidRequestException",
			"The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
	}
	return nil
}

func checkEntry(c *cloud.Call) error {
	kind := str(c.State, "type")
	if !slices.Contains(entryTypes, kind) {
		return invalid("The specified type %s is not supported", kind)
	}
	if kind != "STANDARD" && (c.Any("userName") != nil || len(c.Strs("kubernetesGroups")) > 0) {
		return invalid("An access entry of type %s can have neither a username nor Kubernetes groups", kind)
	}
	for _, group := range c.Strs("kubernetesGroups") {
		if isReserved(group) {
			return invalid("The kubernetes group name %s is invalid, it cannot start with %v", group, reservedNames)
		}
	}
	if name := c.Str("userName"); isReserved(name) {
		return invalid("The username %s is invalid, it cannot start with %v", name, reservedNames)
	}
	return nil
}

func isReserved(name string) bool {
	return slices.ContainsFunc(reservedNames, func(p string) bool { return strings.HasPrefix(name, p) })
}

// fillEntry completes an entry with what EKS answers.
func fillEntry(c *cloud.Call, state cloud.Props) {
	arn := str(state, "principalArn")
	parts := strings.Split(arn, ":")
	kind, name, _ := strings.Cut(parts[5], "/")
	entry := strings.Join([]string{"access-entry", str(state, "clusterName"), kind, parts[4], name, uuid(c)}, "/")
	user := arn
	if kind == "role" {
		user = "arn:aws:sts::" + parts[4] + ":assumed-role/" + iam.RoleName(arn) + "/{{SessionName}}"
	}
	groups := []any{}
	if t := str(state, "type"); t != "STANDARD" {
		user, groups = "system:node:{{EC2PrivateDNSName}}", []any{"system:nodes"}
	}
	defaults(state, cloud.Props{"accessEntryArn": c.ARN("eks", entry), "createdAt": stamp(c.Now()),
		"modifiedAt": stamp(c.Now()), "userName": user, "kubernetesGroups": groups})
}

// putEntry makes the access entry that EKS makes by itself.
func putEntry(c *cloud.Call, cluster, principal, kind string) {
	state := cloud.Props{"clusterName": cluster, "principalArn": principal, "type": kind}
	fillEntry(c, state)
	c.Put(&cloud.Record{Token: AccessEntry, ID: cluster + ":" + principal, Owner: arnOf(c, cluster), State: state})
}

// admitCreator gives the cluster's creator the way in that EKS gives: an entry
// with the administrator's policy. In CONFIG_MAP mode it is hidden until the
// mode changes.
func admitCreator(c *cloud.Call) error {
	if flag(c.State, "accessConfig.bootstrapClusterCreatorAdminPermissions") {
		putEntry(c, c.ID, iam.Caller(c), "STANDARD")
		putAssociation(c, c.ID, iam.Caller(c), "AmazonEKSClusterAdminPolicy")
	}
	admitAutoNodes(c)
	return nil
}
