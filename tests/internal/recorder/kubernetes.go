package recorder

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// kubernetes lists the objects of this program: each has its name as its id. What a
// controller writes into a status is not there, as in a cluster whose controller is slow.
func kubernetes() map[string]Answer {
	answers := map[string]Answer{}
	for _, token := range []string{
		"kubernetes:helm.sh/v3:Release", "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
		"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch",
		"kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
		"kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
		"kubernetes:networking.k8s.io/v1:IngressClass", "kubernetes:networking.k8s.io/v1:Ingress",
		"kubernetes:core/v1:Namespace", "kubernetes:core/v1:Service", "kubernetes:core/v1:ServiceAccount", "kubernetes:core/v1:ConfigMap",
		"kubernetes:apps/v1:Deployment", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
		"kubernetes:policy/v1:PodDisruptionBudget", "kubernetes:networking.k8s.io/v1:NetworkPolicy",
		"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
		"kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
		"kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass",
		"kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams", "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
		"kubernetes:eks.amazonaws.com/v1:IngressClassParams", "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding",
		"kubernetes:security.istio.io/v1:PeerAuthentication", "kubernetes:security.istio.io/v1:AuthorizationPolicy",
		"kubernetes:networking.istio.io/v1:ServiceEntry", "kubernetes:networking.istio.io/v1:Sidecar",
		"kubernetes:networking.istio.io/v1:DestinationRule", "kubernetes:networking.istio.io/v1:VirtualService",
		"kubernetes:gateway.networking.k8s.io/v1:Gateway", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
		"kubernetes:gateway.networking.k8s.io/v1:GatewayClass",
		"kubernetes:application-networking.k8s.aws/v1alpha1:ServiceExport", "kubernetes:application-networking.k8s.aws/v1alpha1:ServiceImport",
		"kubernetes:application-networking.k8s.aws/v1alpha1:TargetGroupPolicy", "kubernetes:application-networking.k8s.aws/v1alpha1:IAMAuthPolicy",
	} {
		answers[token] = func(name string, _ resource.PropertyMap) (string, State) { return name, nil }
	}
	return answers
}
