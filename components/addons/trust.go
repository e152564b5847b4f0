package addons

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
)

// podTrust lets EKS Pod Identity assume a role for one service account of one cluster.
// Pod Identity tags its session with the three, and a trust policy may demand them
// (Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod
// Identity"). The other colour's pods cannot use the role.
func podTrust(clusterArn pulumi.StringInput, serviceAccount string) pulumi.StringOutput {
	return policy.Render(map[string]pulumi.StringInput{"cluster": clusterArn}, func(known map[string]string) policy.Document {
		return policy.TrustWithSessionTags("pods.eks.amazonaws.com", map[string]map[string][]string{"StringEquals": {
			"aws:RequestTag/eks-cluster-arn":            {known["cluster"]},
			"aws:RequestTag/kubernetes-namespace":       {namespace},
			"aws:RequestTag/kubernetes-service-account": {serviceAccount},
		}})
	})
}

// volumeKey lets the EBS CSI driver use one KMS key for volumes (AWS EBS CSI driver
// documentation, "Set up driver permissions").
func volumeKey(keyArn pulumi.StringInput) pulumi.StringOutput {
	return policy.Render(map[string]pulumi.StringInput{"key": keyArn}, func(known map[string]string) policy.Document {
		key := []string{known["key"]}
		return policy.Document{
			{
				Sid: "Use", Resources: key,
				Actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
			},
			{
				Sid: "Grants", Resources: key, Actions: []string{"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"},
				Conditions: map[string]map[string][]string{"Bool": {"kms:GrantIsForAWSResource": {"true"}}},
			},
		}
	})
}
