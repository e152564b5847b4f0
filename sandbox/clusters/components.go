package clusters

import (
	"fmt"
	"path/filepath"
)

// Programs of a control plane, in the order in which they are started.
const (
	etcd              = "etcd"
	apiServer         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	scheduler         = "kube-scheduler"
	kwok              = "kwok"
)

var components = []string{etcd, apiServer, controllerManager, scheduler, kwok}

// Files of a cluster's folder that configure its programs. The programs run in
// the folder, so the paths are relative, which also keeps etcd's socket within
// the kernel's limit of 108 bytes.
const (
	kubeconfigFile      = "kubeconfig"
	webhookFile         = "identity-webhook.yaml"
	authenticationFile  = "authentication.yaml"
	egressFile          = "egress.yaml"
	stagesFile          = "kwok.yaml"
	podLogFile          = "pods.log"
	etcdData            = "etcd-data"
	etcdURL             = "unix://etcd:0" // etcd wants host:port even for a socket
	anyPort             = "http://127.0.0.1:0"
	tokenCacheTTL       = "2s" // a changed access entry counts almost at once
	podCIDR             = "100.64.0.0/16"
	nodeManagerSelector = nodeAnnotation + "=" + nodeSimulated
)

// programs renders the command lines of a cluster's control plane.
func programs(r *record) []program {
	emulated := "--emulated-version=" + r.Spec.Version
	return []program{
		{name: etcd, args: []string{
			"--name=etcd", "--data-dir=" + etcdData, "--log-level=warn",
			// A sandbox may lose its last writes when the machine loses power.
			"--unsafe-no-fsync",
			"--listen-client-urls=" + etcdURL, "--advertise-client-urls=" + etcdURL,
			"--listen-peer-urls=" + anyPort, "--initial-advertise-peer-urls=" + anyPort,
			"--initial-cluster=etcd=" + anyPort,
		}},
		// A quarter less processor time until it is ready, for 100 MB.
		{name: apiServer, args: append(apiServerArgs(r), emulated), env: []string{"GOGC=400"}},
		{name: controllerManager, args: []string{
			emulated, "--kubeconfig=" + kubeconfigFile, "--leader-elect=false", "--secure-port=0", "--profiling=false",
			"--use-service-account-credentials", "--service-account-private-key-file=" + accountKeyFile,
			"--root-ca-file=" + caFile,
			// Nodes become usable as soon as they are Ready.
			"--node-monitor-period=1s",
			// KWOK renews the leases of all nodes, and comes late on a machine that is busy. No node
			// is meant to be lost by that: what is lost here is taken away by an order.
			"--node-monitor-grace-period=10m",
		}},
		{name: scheduler, args: []string{
			emulated, "--kubeconfig=" + kubeconfigFile, "--leader-elect=false", "--secure-port=0", "--profiling=false",
		}},
		{name: kwok, args: []string{
			"--kubeconfig=" + kubeconfigFile, "--config=" + stagesFile, "--cidr=" + podCIDR,
			"--manage-nodes-with-annotation-selector=" + nodeManagerSelector,
			"--node-lease-duration-seconds=40",
			fmt.Sprintf("--server-address=127.0.0.1:%d", r.KubeletPort),
			"--tls-cert-file=" + serverCertificateFile, "--tls-private-key-file=" + serverKeyFile,
		}},
	}
}

func apiServerArgs(r *record) []string {
	return []string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", r.Port),
		// The `kubernetes` Service can have no endpoint: Kubernetes refuses loopback
		// addresses there.
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=" + serviceCIDR(r.Range),
		// Nodes name KWOK under this type of address. Their VPC addresses must
		// not be dialled: that would leave the machine.
		"--kubelet-preferred-address-types=" + string(kubeletAddressType),
		"--client-ca-file=" + caFile,
		"--tls-cert-file=" + serverCertificateFile, "--tls-private-key-file=" + serverKeyFile,
		"--service-account-key-file=" + accountPublicFile, "--service-account-signing-key-file=" + accountKeyFile,
		"--service-account-issuer=" + issuer(r),
		"--authentication-config=" + authenticationFile,
		"--egress-selector-config-file=" + egressFile,
		"--authentication-token-webhook-config-file=" + webhookFile,
		"--authentication-token-webhook-version=v1",
		"--authentication-token-webhook-cache-ttl=" + tokenCacheTTL,
		"--authorization-mode=Node,RBAC",
		// What EKS enables beyond the defaults that bears on a client:
		// NodeRestriction and ExtendedResourceToleration.
		"--enable-admission-plugins=NodeRestriction,ExtendedResourceToleration",
		"--allow-privileged=true", "--profiling=false",
	}
}

// issuer is the cluster's OIDC issuer, of the form that EKS gives.
func issuer(r *record) string {
	return fmt.Sprintf("https://oidc.eks.%s.amazonaws.com/id/%s", r.Spec.Region, issuerID(r.Spec.ARN))
}

// writeConfiguration writes the files that the programs read, anew at each
// start: the webhook's port is the manager's, not the cluster's.
func writeConfiguration(folder string, r *record, identityURL string) error {
	files := map[string][]byte{authenticationFile: authenticationConfig, egressFile: egressConfig, stagesFile: stages, podLogFile: []byte(podLog)}
	var err error
	if files[kubeconfigFile], err = adminKubeconfig(r); err != nil {
		return err
	}
	if files[webhookFile], err = webhookKubeconfig(identityURL + "/" + filepath.Base(folder)); err != nil {
		return err
	}
	return writeFiles(folder, files)
}
