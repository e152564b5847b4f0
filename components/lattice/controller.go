package lattice

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/components/internal/objects"
	"retail/components/internal/once"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
	"retail/internal/mirror"
	"retail/internal/problem"
	"retail/internal/versions"
)

// Names that the controller's documentation gives; the Service's stands in the webhook's
// certificate.
const (
	// ControllerNamespace is where the controller runs.
	ControllerNamespace = "aws-application-networking-system"
	releaseName         = "gateway-api-controller"
	serviceAccount      = "gateway-api-controller"
	webhookService      = "webhook-service"
	// Class is the GatewayClass of Gateways that stand for a service network.
	Class           = "amazon-vpc-lattice"
	classController = "application-networking.k8s.aws/gateway-api-controller"
)

// ReadinessGateLabel, on a namespace, with the value [ReadinessGateEnabled], makes the
// controller hold back pods of exported Services from being Ready until VPC Lattice finds them
// healthy (AWS Gateway API Controller, "Pod readiness gate"). Where no route uses an export yet
// their state is "unused", which counts as healthy, so that a first deployment is not held up.
const (
	ReadinessGateLabel   = "application-networking.k8s.aws/pod-readiness-gate-inject"
	ReadinessGateEnabled = "enabled"
)

// DataPlaneCIDR holds the addresses from which VPC Lattice sends requests and health checks to pods, as
// the VPC's resources see them (Amazon VPC Lattice User Guide, "Control traffic in VPC Lattice
// using security groups": the managed prefix lists hold them). Pods have IPv4 addresses here,
// and get requests from this one.
const DataPlaneCIDR = "169.254.171.0/24"

// ControllerArgs configures the controller of one cluster.
type ControllerArgs struct {
	// Cluster and ClusterArn are the cluster's. Required.
	Cluster, ClusterArn pulumi.StringInput
	// Control is the cluster's control plane: what is in the cluster goes with it. Required.
	Control pulumi.Resource
	// Account and Region are where the cluster lies, VpcID its VPC. Required: the controller
	// cannot ask the instance metadata service.
	Account, Region string
	VpcID           pulumi.StringInput
	// NetworkArn is the service network's. Required.
	NetworkArn string
	// NodeSecurityGroupID is the group of the cluster's nodes, which is also its pods', and
	// TargetPort the pods' port that VPC Lattice sends to. Required.
	NodeSecurityGroupID pulumi.StringInput
	TargetPort          int
	// Replicas is how many pods the controller has, at least 2. Default 2.
	Replicas int
	// NodeSelector is on which nodes they run, by label. Default: on any.
	NodeSelector map[string]string
	// CertificateGeneration renews the webhook's certificate when it is raised. Default 1.
	CertificateGeneration int
	// After is what it waits for: the VPC's association, the definitions of the kinds that it
	// watches, nodes and DNS. Required.
	After []pulumi.Resource
	// Mirror is where chart and image come from. Default: their public homes.
	Mirror mirror.Mirror
	// Tags are set on what the program makes in AWS.
	Tags map[string]string
}

// Controller is the AWS Gateway API Controller of one cluster.
type Controller struct {
	pulumi.ResourceState

	// Ready is what everything depends on that the controller acts on, and goes after.
	Ready []pulumi.Resource
}

// NewController installs it. It wants explicit providers for the packages aws, kubernetes and
// pulumi among its options.
func NewController(ctx *pulumi.Context, name string, args *ControllerArgs, opts ...pulumi.ResourceOption) (*Controller, error) {
	full := args.withDefaults()
	if err := full.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	c := &Controller{}
	if err := ctx.RegisterComponentResource("retail:lattice:Controller", name, c, opts...); err != nil {
		return nil, err
	}
	child, inside := pulumi.Parent(c), pulumi.DeletedWith(full.Control)
	opened, err := openToDataPlane(ctx, name, full, child)
	if err != nil {
		return nil, err
	}
	needs, err := identity(ctx, name, full, child)
	if err != nil {
		return nil, err
	}
	certificate, err := once.NewCertificate(ctx, names.Child(name, "lattice", "webhook"), webhookService, ControllerNamespace, full.CertificateGeneration, child)
	if err != nil {
		return nil, err
	}
	namespace, err := corev1.NewNamespace(ctx, names.Child(name, "lattice", "namespace"), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(ControllerNamespace), Labels: pulumi.StringMap{
			"pod-security.kubernetes.io/enforce": pulumi.String("restricted"), "pod-security.kubernetes.io/enforce-version": pulumi.String("latest"),
		}},
	}, child, inside)
	if err != nil {
		return nil, err
	}
	needs = append(append(needs, certificate.Resource, namespace), full.After...)
	release, err := helm.New(ctx, names.Child(name, "lattice", "controller"), &helm.Args{
		Chart: versions.LatticeController, Mirror: full.Mirror, Release: releaseName, Namespace: ControllerNamespace,
		// The definitions have an owner already (V9).
		SkipCRDs: true, Values: newValues(full, certificate),
	}, child, inside, pulumi.DependsOn(needs))
	if err != nil {
		return nil, err
	}
	class, err := objects.New(ctx, names.Child(name, "lattice", "class"), objects.Metadata{Name: Class}, objects.GatewayClass{Controller: classController},
		child, inside, pulumi.DependsOn([]pulumi.Resource{release}))
	if err != nil {
		return nil, err
	}
	c.Ready = append([]pulumi.Resource{release, class}, opened...)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"class": pulumi.String(Class)})
}

// openToDataPlane lets VPC Lattice reach the pods, requests and health checks alike, by AWS's
// own lists of its addresses, of either family (V3).
func openToDataPlane(ctx *pulumi.Context, name string, args ControllerArgs, child pulumi.ResourceOrInvokeOption) ([]pulumi.Resource, error) {
	var opened []pulumi.Resource
	for _, of := range []struct{ family, list string }{{"ipv4", "vpc-lattice"}, {"ipv6", "ipv6.vpc-lattice"}} {
		family, list := of.family, "com.amazonaws."+args.Region+"."+of.list
		found, err := ec2.LookupManagedPrefixList(ctx, &ec2.LookupManagedPrefixListArgs{Name: &list}, child)
		if err != nil {
			return nil, &problem.Problem{Path: name, Rule: "AWS's prefix list " + list + " must be readable", Got: err.Error(), Remedy: "let the deploy role call ec2:DescribeManagedPrefixLists, in a Region that has VPC Lattice"}
		}
		rule, err := vpc.NewSecurityGroupIngressRule(ctx, names.Child(name, "pods-from-lattice", family, strconv.Itoa(args.TargetPort)), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: args.NodeSecurityGroupID, PrefixListId: pulumi.String(found.Id), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(args.TargetPort), ToPort: pulumi.Int(args.TargetPort),
			Description: pulumi.String("Requests and health checks of VPC Lattice, " + family),
		}, child)
		if err != nil {
			return nil, err
		}
		opened = append(opened, rule)
	}
	return opened, nil
}

// identity makes the controller's role and gives it to its service account by EKS Pod
// Identity, before the pods, which get credentials when they are created.
func identity(ctx *pulumi.Context, name string, args ControllerArgs, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	role, err := roles.New(ctx, names.Child(name, "lattice", "role"), &roles.Args{
		Description: "AWS Gateway API Controller of " + name + " (EKS Pod Identity)",
		Trust:       policy.PodIdentityTrust(args.ClusterArn, ControllerNamespace, serviceAccount),
		Inline:      permissionsOf(args), Tags: args.Tags,
	}, child)
	if err != nil {
		return nil, err
	}
	association, err := eks.NewPodIdentityAssociation(ctx, names.Child(name, "lattice", "identity"), &eks.PodIdentityAssociationArgs{
		ClusterName: args.Cluster, Namespace: pulumi.String(ControllerNamespace), ServiceAccount: pulumi.String(serviceAccount),
		RoleArn: role.Arn, Tags: tags.Named(names.Child(name, "lattice", "identity"), args.Tags),
	}, child, pulumi.DependsOn(role.Permissions))
	return append(role.Permissions, association), err
}

const fewestReplicas = 2

func (a ControllerArgs) withDefaults() ControllerArgs {
	if a.Replicas == 0 {
		a.Replicas = fewestReplicas
	}
	if a.CertificateGeneration == 0 {
		a.CertificateGeneration = 1
	}
	return a
}

func (a ControllerArgs) validate() error {
	var problems problem.List
	demand(&problems, []requirement{
		{"cluster", a.Cluster == nil}, {"clusterArn", a.ClusterArn == nil}, {"control", a.Control == nil}, {"account", a.Account == ""},
		{"region", a.Region == ""}, {"vpcId", a.VpcID == nil}, {"networkArn", a.NetworkArn == ""},
		{"nodeSecurityGroupId", a.NodeSecurityGroupID == nil}, {"after", len(a.After) == 0},
	})
	between(&problems, "targetPort", a.TargetPort, 1, 65535)
	between(&problems, "replicas", a.Replicas, fewestReplicas, 9)
	return problems.Err()
}
