package addons

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
)

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
