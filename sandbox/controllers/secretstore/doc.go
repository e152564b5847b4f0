// Package secretstore simulates the Secrets Store CSI driver with AWS's provider,
// the EKS add-on aws-secrets-store-csi-driver-provider: it reads secrets of the
// simulated Secrets Manager with the role of the pod that mounts them, and copies
// them into Secrets of the real API server. A pod starts when its volume is
// mounted and the Secrets that its environment names are there; until then an
// event says why not, as the kubelet's do.
//
// Texts, files and the form of a SecretProviderClass are those of the projects'
// documentation (kubernetes-sigs/secrets-store-csi-driver and
// aws/secrets-store-csi-driver-provider-aws). Credentials come by EKS Pod Identity
// alone. Roles for service accounts (IRSA), Parameter Store, versions of secrets,
// failover Regions and path translation are refused by name.
package secretstore

import "k8s.io/apimachinery/pkg/runtime/schema"

const (
	driver   = "secrets-store.csi.k8s.io"
	provider = "aws"
	// The add-on's namespace, the driver's service account and the labels of both
	// DaemonSets' pods.
	namespace     = "aws-secrets-manager"
	account       = "secrets-store-csi-driver"
	driverLabel   = "secrets-store-csi-driver"
	providerLabel = "aws-secrets-store-csi-driver-provider"
	// managedLabel marks the Secrets that the driver made.
	managedLabel = "secrets-store.csi.k8s.io/managed"
	// mountedAnnotation tells KWOK that a pod's containers may start.
	mountedAnnotation = "sandbox.retail/secrets"
	mounted           = "mounted"
)

var classes = schema.GroupVersionResource{Group: "secrets-store.csi.x-k8s.io", Version: "v1", Resource: "secretproviderclasses"}
