package store

import (
	"maps"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
)

// identity makes a service's account and, where it needs AWS, its role. The association is
// there before the first pod: a pod gets credentials when it is created, or never.
func (b *builder) identity(s service) ([]pulumi.Resource, error) {
	account, err := corev1.NewServiceAccount(b.ctx, b.child(s, "account"), &corev1.ServiceAccountArgs{
		Metadata: meta(s.name), AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.inside...)
	if err != nil {
		return nil, err
	}
	if s.permissions == nil && len(s.credentials) == 0 {
		return []pulumi.Resource{account}, nil
	}
	name := b.child(s, "role")
	role, err := roles.New(b.ctx, name, &roles.Args{
		Description: "Pods of " + s.name + " in " + b.name + " (EKS Pod Identity)",
		Trust:       b.trust(s), Inline: b.policy(s), Tags: b.args.Tags,
	}, b.outside...)
	if err != nil {
		return nil, err
	}
	association, err := eks.NewPodIdentityAssociation(b.ctx, b.child(s, "identity"), &eks.PodIdentityAssociationArgs{
		ClusterName: b.args.Cluster, Namespace: pulumi.String(Namespace), ServiceAccount: pulumi.String(s.name), RoleArn: role.Arn,
		Tags: tags.Named(b.child(s, "identity"), b.args.Tags),
	}, after(b.outside, role.Permissions...)...)
	return []pulumi.Resource{account, association}, err
}

// trust lets EKS Pod Identity assume the role for this service of this cluster only: the
// other colour's pods cannot use it.
func (b *builder) trust(s service) pulumi.StringOutput {
	return policy.Render(map[string]pulumi.StringInput{"cluster": b.args.ClusterArn}, func(known map[string]string) policy.Document {
		return policy.TrustWithSessionTags("pods.eks.amazonaws.com", map[string]map[string][]string{"StringEquals": {
			"aws:RequestTag/eks-cluster-arn":            {known["cluster"]},
			"aws:RequestTag/kubernetes-namespace":       {Namespace},
			"aws:RequestTag/kubernetes-service-account": {s.name},
		}})
	})
}

// policy is what a service may do: what it says itself, and read its passwords.
func (b *builder) policy(s service) pulumi.StringOutput {
	values := map[string]pulumi.StringInput{}
	if s.permissions != nil {
		maps.Copy(values, s.permissions.values)
	}
	for _, c := range s.credentials {
		values[c.store+"Secret"], values[c.store+"SecretKey"] = c.secret, c.key
	}
	return policy.Render(values, func(known map[string]string) policy.Document {
		var document policy.Document
		if s.permissions != nil {
			document = s.permissions.build(known)
		}
		for _, c := range s.credentials {
			document = append(document,
				policy.Statement{
					Sid: c.store + "Secret", Resources: []string{known[c.store+"Secret"]},
					Actions: []string{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
				},
				b.keyStatement(c.store+"SecretKey", "secretsmanager", known[c.store+"SecretKey"], "kms:Decrypt"))
		}
		return document
	})
}
