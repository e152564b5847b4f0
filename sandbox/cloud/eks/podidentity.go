package eks

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
)

func podIdentitySpec() *cloud.Spec {
	return &cloud.Spec{
		Token: PodIdentity,
		API: cloud.API{Create: "eks:CreatePodIdentityAssociation", Read: "eks:DescribePodIdentityAssociation",
			Update: "eks:UpdatePodIdentityAssociation", Delete: "eks:DeletePodIdentityAssociation"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		Refs: []cloud.Ref{clusterRef(), {Path: "roleArn", To: []string{iam.Role}, By: "arn",
			NotFound: "InvalidParameterException"}},
		Create: func(c *cloud.Call) error {
			cluster, err := active(c)
			if err != nil {
				return err
			}
			if err := checkPodRole(c, c.Str("roleArn")); err != nil {
				return err
			}
			if err := free(c, cluster.ID, c.Str("namespace"), c.Str("serviceAccount")); err != nil {
				return err
			}
			c.ID = fillPodIdentity(c, c.State)
			return nil
		},
		Update: func(c *cloud.Call) error { return checkPodRole(c, c.Str("roleArn")) },
	}
}

// checkPodRole wants a role of this account that EKS's Pod Identity service
// may assume and tag (EKS User Guide, "EKS Pod Identity: trust policy").
func checkPodRole(c *cloud.Call, arn string) error {
	if parts := strings.Split(arn, ":"); len(parts) < 6 || parts[4] != c.Account {
		return invalid("The role %s must be in the cluster's account %s", arn, c.Account)
	}
	role := iam.FindRole(c, arn)
	if role == nil || !iam.Trusts(role, "pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession") {
		return invalid("The trust policy of role %s must allow pods.eks.amazonaws.com to perform sts:AssumeRole and sts:TagSession", arn)
	}
	return nil
}

// free refuses a second association of one service account.
func free(c *cloud.Call, cluster, namespace, account string) error {
	if a := podIdentityOf(c, cluster, namespace, account); a != nil {
		return inUse("Association already exists: %s", a.ID)
	}
	return nil
}

func podIdentityOf(c *cloud.Call, cluster, namespace, account string) *cloud.Record {
	for _, a := range c.List(PodIdentity) {
		if str(a.State, "clusterName") == cluster && str(a.State, "namespace") == namespace &&
			str(a.State, "serviceAccount") == account {
			return a
		}
	}
	return nil
}

// fillPodIdentity completes an association and gives its ID.
func fillPodIdentity(c *cloud.Call, state cloud.Props) string {
	id := "a-" + c.Hex(17)
	state["associationId"] = id
	state["associationArn"] = c.ARN("eks", "podidentityassociation/"+str(state, "clusterName")+"/"+id)
	return id
}

// PodRole is the ARN of the role that the pods of a service account get by Pod
// Identity; "" when there is no association, when its role is gone, or when the
// agent that hands out the credentials is not on the nodes. Nodes of Auto Mode
// have the agent built in.
func PodRole(c *cloud.Call, cluster, namespace, account string) string {
	a := podIdentityOf(c, cluster, namespace, account)
	record := c.Get(Cluster, cluster)
	if a == nil || record == nil {
		return ""
	}
	if c.Get(Addon, cluster+":eks-pod-identity-agent") == nil && !flag(record.State, "computeConfig.enabled") {
		return ""
	}
	if role := str(a.State, "roleArn"); iam.FindRole(c, role) != nil {
		return role
	}
	return ""
}
