package lattice

import (
	"encoding/base64"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/once"
	"retail/components/internal/spread"
	"retail/internal/versions"
)

// values are the chart's values that this program sets, under the chart's keys. Its schema
// does not refuse a key that it does not know.
type values struct {
	Image          image      `json:"image"`
	Deployment     deployment `json:"deployment"`
	Resources      resources  `json:"resources"`
	PDB            budget     `json:"pdb"`
	ServiceAccount account    `json:"serviceAccount"`

	AwsRegion    string             `json:"awsRegion"`
	AwsAccountID string             `json:"awsAccountId"`
	ClusterVpcID pulumi.StringInput `json:"clusterVpcId"`
	ClusterName  pulumi.StringInput `json:"clusterName"`
	// DefaultServiceNetwork is empty: the controller would make that network and an
	// association of its own (V5).
	DefaultServiceNetwork        string `json:"defaultServiceNetwork"`
	EnableServiceNetworkOverride bool   `json:"enableServiceNetworkOverride"`

	WebhookEnabled bool       `json:"webhookEnabled"`
	WebhookTLS     webhookTLS `json:"webhookTLS"`

	RouteMaxConcurrentReconciles  int  `json:"routeMaxConcurrentReconciles"`
	ReconcileDefaultResyncSeconds int  `json:"reconcileDefaultResyncSeconds"`
	InstallExternalDNSCRD         bool `json:"installExternalDNSCRD"`
}

type image struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
}

type deployment struct {
	Replicas                  int                 `json:"replicas"`
	PriorityClassName         string              `json:"priorityClassName"`
	TopologySpreadConstraints []spread.Constraint `json:"topologySpreadConstraints"`
	NodeSelector              map[string]string   `json:"nodeSelector,omitempty"`
}

type resources struct {
	Requests amounts `json:"requests"`
	Limits   amounts `json:"limits"`
}

type amounts struct {
	CPU    string `json:"cpu"`
	Memory string `json:"memory"`
}

type budget struct {
	Enabled        bool `json:"enabled"`
	MaxUnavailable int  `json:"maxUnavailable"`
}

type account struct {
	Create bool   `json:"create"`
	Name   string `json:"name"`
}

// webhookTLS is in base64, as in a Secret.
type webhookTLS struct {
	CaCert pulumi.StringInput `json:"caCert"`
	Cert   pulumi.StringInput `json:"cert"`
	Key    pulumi.StringInput `json:"key"`
}

// controllerImage is the controller's image, whose tags are the chart's versions.
const controllerImage = "public.ecr.aws/aws-application-networking-k8s/aws-gateway-controller"

const (
	// resyncSeconds is how often the controller looks whether VPC Lattice still has what it
	// wrote: its least (AWS Gateway API Controller, "Drift Detection").
	resyncSeconds = 60
	// concurrentRoutes is what the project recommends, so that a pod that goes is soon taken
	// out (AWS Gateway API Controller, "Frequently Asked Questions", 503 errors).
	concurrentRoutes = 10
)

func newValues(args ControllerArgs, certificate *once.Certificate) values {
	labels := map[string]string{"app.kubernetes.io/name": versions.LatticeController.Name, "app.kubernetes.io/instance": releaseName}
	return values{
		Image: image{args.Mirror.Image(controllerImage), versions.LatticeController.Version},
		Deployment: deployment{
			Replicas: args.Replicas, PriorityClassName: "system-cluster-critical",
			TopologySpreadConstraints: spread.OverZones(labels), NodeSelector: args.NodeSelector,
		},
		Resources:      resources{Requests: amounts{CPU: "50m", Memory: "128Mi"}, Limits: amounts{CPU: "500m", Memory: "256Mi"}},
		PDB:            budget{Enabled: true, MaxUnavailable: 1},
		ServiceAccount: account{Create: true, Name: serviceAccount},
		AwsRegion:      args.Region, AwsAccountID: args.Account, ClusterVpcID: args.VpcID, ClusterName: args.Cluster,
		WebhookEnabled: true,
		// Supplied, because the chart would make new ones on every render.
		WebhookTLS:                   webhookTLS{encoded(certificate.CA), encoded(certificate.Cert), encoded(certificate.Key)},
		RouteMaxConcurrentReconciles: concurrentRoutes, ReconcileDefaultResyncSeconds: resyncSeconds,
	}
}

func encoded(text pulumi.StringOutput) pulumi.StringOutput {
	return text.ApplyT(func(plain string) string { return base64.StdEncoding.EncodeToString([]byte(plain)) }).(pulumi.StringOutput)
}
