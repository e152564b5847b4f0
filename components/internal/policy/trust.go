package policy

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Trust returns the trust policy of a role that an AWS service assumes, such
// as "eks.amazonaws.com". Conditions (operator → key → values) may narrow it;
// nil means none.
func Trust(service string, conditions map[string]map[string][]string) Document {
	return Document{{
		Principals: map[string][]string{"Service": {service}},
		Actions:    []string{"sts:AssumeRole"},
		Conditions: conditions,
	}}
}

// TrustWithSessionTags is Trust for the services that tag the session they
// open: EKS Pod Identity (pods.eks.amazonaws.com) and, for Auto Mode's cluster
// role, EKS itself (Amazon EKS User Guide, "EKS Pod Identity role" and "Auto
// Mode cluster IAM role").
func TrustWithSessionTags(service string, conditions map[string]map[string][]string) Document {
	document := Trust(service, conditions)
	document[0].Actions = []string{"sts:AssumeRole", "sts:TagSession"}
	return document
}

// FromAccount is the condition that keeps an AWS service from being used by
// another account to assume the role ("confused deputy", IAM User Guide).
func FromAccount(account string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {"aws:SourceAccount": {account}}}
}

// PodIdentityTrust lets EKS Pod Identity assume a role for one service account of one
// cluster. Pod Identity tags its session with the three, and a trust policy may demand
// them (Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod
// Identity"). The other colour's pods cannot use the role.
func PodIdentityTrust(clusterArn pulumi.StringInput, namespace, serviceAccount string) pulumi.StringOutput {
	return Render(map[string]pulumi.StringInput{"cluster": clusterArn}, func(known map[string]string) Document {
		return TrustWithSessionTags("pods.eks.amazonaws.com", map[string]map[string][]string{"StringEquals": {
			"aws:RequestTag/eks-cluster-arn":            {known["cluster"]},
			"aws:RequestTag/kubernetes-namespace":       {namespace},
			"aws:RequestTag/kubernetes-service-account": {serviceAccount},
		}})
	})
}
