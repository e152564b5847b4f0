package clusters

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// authenticationConfig lets the anonymous user reach the health endpoints
// only, as EKS does since Kubernetes 1.32 (EKS user guide, "Cluster
// authentication"); without a token every other request is answered 401.
//
//go:embed manifests/authentication.yaml
var authenticationConfig []byte

// stages tell KWOK how nodes and pods come to life.
//
//go:embed manifests/stages.yaml
var stages []byte

// podLog is what `kubectl logs` prints of any container, in the CRI's format.
const podLog = "2026-01-01T00:00:00.000000000Z stdout F This container is simulated: it starts, is ready and writes nothing.\n"

const contextName = "cluster"

// adminKubeconfig is for the control plane's own parts, which run in the
// cluster's folder.
func adminKubeconfig(r *record) ([]byte, error) {
	return renderKubeconfig(
		clientcmdapi.Cluster{Server: serverURL(r), CertificateAuthority: caFile},
		clientcmdapi.AuthInfo{ClientCertificate: adminCertificateFile, ClientKey: adminKeyFile},
	)
}

// webhookKubeconfig tells the API server where to ask who a token belongs to.
func webhookKubeconfig(url string) ([]byte, error) {
	return renderKubeconfig(clientcmdapi.Cluster{Server: url}, clientcmdapi.AuthInfo{})
}

func renderKubeconfig(cluster clientcmdapi.Cluster, user clientcmdapi.AuthInfo) ([]byte, error) {
	config := clientcmdapi.NewConfig()
	config.Clusters[contextName] = &cluster
	config.AuthInfos[contextName] = &user
	config.Contexts[contextName] = &clientcmdapi.Context{Cluster: contextName, AuthInfo: contextName}
	config.CurrentContext = contextName
	return clientcmd.Write(*config)
}

func serverURL(r *record) string { return fmt.Sprintf("https://127.0.0.1:%d", r.Port) }

// issuerID stands for the 32 characters that EKS gives a cluster's issuer.
func issuerID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return strings.ToUpper(hex.EncodeToString(sum[:16]))
}

func writeFiles(folder string, files map[string][]byte) error {
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
