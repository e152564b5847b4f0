package loadbalancing

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/once"
	"retail/components/internal/spread"
	"retail/internal/versions"
)

// values are the chart's values that this program sets, under the chart's keys. The chart
// has no schema: a key that it does not know would be taken without a word.
type values struct {
	ClusterName  pulumi.StringInput `json:"clusterName"`
	Region       string             `json:"region"`
	VpcID        pulumi.StringInput `json:"vpcId"`
	Image        image              `json:"image"`
	ReplicaCount int                `json:"replicaCount"`

	ServiceAccount            account             `json:"serviceAccount"`
	PriorityClassName         string              `json:"priorityClassName"`
	Resources                 resources           `json:"resources"`
	TopologySpreadConstraints []spread.Constraint `json:"topologySpreadConstraints"`
	PodDisruptionBudget       disruptionBudget    `json:"podDisruptionBudget"`
	NodeSelector              map[string]string   `json:"nodeSelector,omitempty"`
	Tolerations               []Toleration        `json:"tolerations,omitempty"`

	IngressClass                 string            `json:"ingressClass"`
	CreateIngressClassResource   bool              `json:"createIngressClassResource"`
	IngressClassParams           classParams       `json:"ingressClassParams"`
	DisableIngressClass          bool              `json:"disableIngressClassAnnotation"`
	LoadBalancerClass            string            `json:"loadBalancerClass"`
	DefaultTargetType            string            `json:"defaultTargetType"`
	DefaultLoadBalancerScheme    string            `json:"defaultLoadBalancerScheme"`
	DefaultSSLPolicy             string            `json:"defaultSSLPolicy"`
	DefaultTags                  map[string]string `json:"defaultTags,omitempty"`
	EnableWaf                    bool              `json:"enableWaf"`
	EnableWafv2                  bool              `json:"enableWafv2"`
	EnableShield                 bool              `json:"enableShield"`
	EnablePodReadinessGateInject bool              `json:"enablePodReadinessGateInject"`

	EnableServiceMutatorWebhook bool       `json:"enableServiceMutatorWebhook"`
	WebhookTLS                  webhookTLS `json:"webhookTLS"`

	EnableBackendSecurityGroup bool               `json:"enableBackendSecurityGroup"`
	BackendSecurityGroup       pulumi.StringInput `json:"backendSecurityGroup"`

	ControllerConfig controllerConfig `json:"controllerConfig"`
}

type image struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
}

type account struct {
	Create bool   `json:"create"`
	Name   string `json:"name"`
}

type resources struct {
	Requests amounts `json:"requests"`
	Limits   amounts `json:"limits"`
}

type amounts struct {
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory"`
}

type disruptionBudget struct {
	MaxUnavailable int `json:"maxUnavailable"`
}

type classParams struct {
	Create bool `json:"create"`
}

type webhookTLS struct {
	CaCert pulumi.StringInput `json:"caCert"`
	Cert   pulumi.StringInput `json:"cert"`
	Key    pulumi.StringInput `json:"key"`
}

type controllerConfig struct {
	FeatureGates featureGates `json:"featureGates"`
}

// featureGates are written out, so that another release's defaults change nothing here.
type featureGates struct {
	// ListenerRulesTagging tags listeners and rules with the cluster's tag, on which the
	// permissions to change them rest.
	ListenerRulesTagging bool `json:"ListenerRulesTagging"`
	// SubnetsClusterTagCheck would pass over subnets that carry another cluster's tag;
	// this program's subnets serve both colours and carry none.
	SubnetsClusterTagCheck bool `json:"SubnetsClusterTagCheck"`
	NLBSecurityGroup       bool `json:"NLBSecurityGroup"`
	WeightedTargetGroups   bool `json:"WeightedTargetGroups"`
	// The rest is off: nothing uses it, and the role has no permission for it. Gateways
	// belong to other controllers.
	NLBGatewayAPI               bool `json:"NLBGatewayAPI"`
	ALBGatewayAPI               bool `json:"ALBGatewayAPI"`
	GlobalAcceleratorController bool `json:"GlobalAcceleratorController"`
	LBCapacityReservation       bool `json:"LBCapacityReservation"`
	EnableRGTAPI                bool `json:"EnableRGTAPI"`
}

// controllerImage is the controller's image, whose tags are the chart's versions.
const controllerImage = "public.ecr.aws/eks/aws-load-balancer-controller"

// tlsPolicy offers TLS 1.3 and 1.2 with forward secrecy (Application Load Balancers,
// "Security policies").
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06"

func newValues(args Args, backend pulumi.StringOutput, certificate *once.Certificate) values {
	labels := map[string]string{"app.kubernetes.io/name": versions.LoadBalancerController.Name, "app.kubernetes.io/instance": releaseName}
	class := Classes[Installed]
	return values{
		ClusterName: args.Cluster, Region: args.Region, VpcID: args.VpcID,
		Image:          image{args.Mirror.Image(controllerImage), "v" + strings.TrimPrefix(versions.LoadBalancerController.Version, "v")},
		ReplicaCount:   args.Replicas,
		ServiceAccount: account{Create: true, Name: serviceAccount},

		PriorityClassName: "system-cluster-critical",
		Resources:         resources{Requests: amounts{CPU: "100m", Memory: "200Mi"}, Limits: amounts{Memory: "500Mi"}},
		// The chart's own is a wish (L11, Z5).
		TopologySpreadConstraints: spread.OverZones(labels),
		PodDisruptionBudget:       disruptionBudget{MaxUnavailable: 1},
		NodeSelector:              args.NodeSelector, Tolerations: args.Tolerations,

		// The classes are the program's, made after the webhook that checks them answers.
		IngressClass: class.Ingress, DisableIngressClass: true,
		LoadBalancerClass: class.Service, DefaultTargetType: "ip", DefaultLoadBalancerScheme: internalScheme,
		DefaultSSLPolicy: tlsPolicy, DefaultTags: args.Tags,
		// The front door is WAF's and Shield's one owner: EnableWaf, EnableWafv2 and
		// EnableShield are off, and so is the webhook that would make every Service of
		// type LoadBalancer this controller's (L1, L9).
		EnablePodReadinessGateInject: true,

		// Supplied, because the chart would make new ones on every render (L2).
		WebhookTLS:                 webhookTLS{CaCert: certificate.CA, Cert: certificate.Cert, Key: certificate.Key},
		EnableBackendSecurityGroup: true, BackendSecurityGroup: backend,
		ControllerConfig: controllerConfig{featureGates{
			ListenerRulesTagging: true, NLBSecurityGroup: true, WeightedTargetGroups: true,
		}},
	}
}
