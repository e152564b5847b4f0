package loadbalancing

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/components/internal/once"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
	"retail/internal/versions"
)

// Names that the chart gives; the Service's stands in the webhooks' certificate.
const (
	namespace      = "kube-system"
	releaseName    = "aws-load-balancer-controller"
	serviceAccount = "aws-load-balancer-controller"
	webhookService = "aws-load-balancer-webhook-service"
)

// install installs the AWS Load Balancer Controller. Everything it needs is there before:
// its permissions, its identity, its certificate, nodes and DNS. Deleted in the opposite
// order, it can still clean up when the objects that it acts on have gone (L3).
func (c *Controller) install(ctx *pulumi.Context, name string, args Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	group, err := newBackendGroup(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	c.BackendSecurityGroupID = group.ID().ToStringOutput()
	identity, err := newIdentity(ctx, name, args, group.ID(), child)
	if err != nil {
		return nil, err
	}
	certificate, err := once.NewCertificate(ctx, names.Child(name, "webhook"), webhookService, namespace, args.CertificateGeneration, child)
	if err != nil {
		return nil, err
	}
	needs := append([]pulumi.Resource{group, certificate.Resource}, identity...)
	return helm.New(ctx, names.Child(name, "controller"), &helm.Args{
		Chart: versions.LoadBalancerController, Mirror: args.Mirror,
		Release: releaseName, Namespace: namespace,
		Values: newValues(args, group.ID().ToStringOutput(), certificate),
	}, child, pulumi.DeletedWith(args.ControlPlane), pulumi.DependsOn(append(needs, args.After...)))
}

// newIdentity makes the controller's role and gives it to its service account by EKS Pod
// Identity. Pods get credentials when they are created, so the association comes before
// the chart, whose service account it names (L4).
func newIdentity(
	ctx *pulumi.Context, name string, args Args, backend pulumi.StringInput, child pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	role, err := roles.New(ctx, names.Child(name, "role"), &roles.Args{
		Description: "AWS Load Balancer Controller of " + name + " (EKS Pod Identity)",
		Trust:       policy.PodIdentityTrust(args.ClusterArn, namespace, serviceAccount),
		Inline:      permissionsOf(args, backend),
		Tags:        args.Tags,
	}, child)
	if err != nil {
		return nil, err
	}
	association, err := eks.NewPodIdentityAssociation(ctx, names.Child(name, "identity"), &eks.PodIdentityAssociationArgs{
		ClusterName: args.Cluster, Namespace: pulumi.String(namespace), ServiceAccount: pulumi.String(serviceAccount),
		RoleArn: role.Arn, Tags: tags.Named(names.Child(name, "identity"), args.Tags),
	}, child, pulumi.DependsOn(role.Permissions))
	return append(role.Permissions, association), err
}
