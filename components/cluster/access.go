package cluster

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/roles"
)

// Access policies of EKS (Amazon EKS User Guide, "Review access policy permissions").
const (
	accessPolicyPrefix = "arn:aws:eks::aws:cluster-access-policy/"
	adminPolicy        = "AmazonEKSClusterAdminPolicy"
	viewPolicy         = "AmazonEKSViewPolicy" // AmazonEKSAdminViewPolicy would show Secrets
	autoNodePolicy     = "AmazonEKSAutoNodePolicy"
)

// Types of access entries. EKS makes those of managed node groups itself.
const (
	standardEntry = "STANDARD" // people and programs
	autoNodeEntry = "EC2"      // nodes of EKS Auto Mode
)

// newAccess makes the access entries and returns the deploy role's, on which everything
// that talks to the Kubernetes API depends.
//
// The creator of a cluster gets no entry from EKS, since the cluster is made with
// bootstrapClusterCreatorAdminPermissions off: the deploy role's entry here is the one
// administrative path it has, and it is visible (E10).
func newAccess(
	ctx *pulumi.Context, name string, args Args, cluster pulumi.StringInput, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	deploy, err := newEntry(ctx, names.Child(name, "access-deploy"), cluster, pulumi.String(args.DeployRoleArn), adminPolicy, standardEntry, opts...)
	if err != nil {
		return nil, err
	}
	groups := []struct {
		role, policy string
		principals   []string
	}{{"access-admin", adminPolicy, args.Admins}, {"access-viewer", viewPolicy, args.Viewers}}
	for _, group := range groups {
		for _, arn := range group.principals {
			child := names.Child(name, group.role, principalKey(arn))
			if _, err := newEntry(ctx, child, cluster, pulumi.String(arn), group.policy, standardEntry, opts...); err != nil {
				return nil, err
			}
		}
	}
	return deploy, nil
}

// newAutoNodeAccess admits Auto Mode's node role. With built-in node pools EKS makes this
// entry itself and would refuse a second one; without them the role serves custom
// NodeClasses, for which it does not (Amazon EKS User Guide, "Create node class access entry").
func newAutoNodeAccess(
	ctx *pulumi.Context, name string, args Args, cluster pulumi.StringInput, role *roles.Role, opts ...pulumi.ResourceOption,
) error {
	if role == nil || len(args.AutoNodePools) > 0 {
		return nil
	}
	_, err := newEntry(ctx, names.Child(name, "access-auto-nodes"), cluster, role.Arn, autoNodePolicy, autoNodeEntry, opts...)
	return err
}

// newEntry admits one principal to the whole cluster with one access policy.
func newEntry(
	ctx *pulumi.Context, name string, cluster, principal pulumi.StringInput, policy, kind string, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	entry, err := eks.NewAccessEntry(ctx, name, &eks.AccessEntryArgs{
		ClusterName: cluster, PrincipalArn: principal, Type: pulumi.String(kind),
	}, opts...)
	if err != nil {
		return nil, err
	}
	return eks.NewAccessPolicyAssociation(ctx, name, &eks.AccessPolicyAssociationArgs{
		ClusterName:  cluster,
		PrincipalArn: entry.PrincipalArn,
		PolicyArn:    pulumi.String(accessPolicyPrefix + policy),
		AccessScope:  eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
	}, opts...)
}

// principalKey tells principals apart in resource names: account, kind and name. IAM
// names are unique in an account whatever their path.
func principalKey(arn string) string {
	account, rest, _ := strings.Cut(strings.SplitN(arn, ":", 5)[4], ":")
	parts := strings.Split(rest, "/")
	return strings.Join([]string{account, parts[0], parts[len(parts)-1]}, "-")
}
