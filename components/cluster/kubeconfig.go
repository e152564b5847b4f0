package cluster

import (
	"encoding/json"
)

// Access says how a client reaches a cluster.
type Access struct {
	// Cluster, Endpoint and CertificateAuthority (base64 PEM) come from EKS.
	Cluster, Endpoint, CertificateAuthority string
	// Region is the AWS Region of the cluster, RoleArn the IAM role to assume.
	Region, RoleArn string
}

type kubeconfig struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	Clusters       []namedCluster `json:"clusters"`
	Contexts       []namedContext `json:"contexts"`
	CurrentContext string         `json:"current-context"`
	Users          []namedUser    `json:"users"`
}

type namedCluster struct {
	Name    string `json:"name"`
	Cluster struct {
		Server string `json:"server"`
		CAData string `json:"certificate-authority-data"`
	} `json:"cluster"`
}

type namedContext struct {
	Name    string `json:"name"`
	Context struct {
		Cluster string `json:"cluster"`
		User    string `json:"user"`
	} `json:"context"`
}

type namedUser struct {
	Name string `json:"name"`
	User struct {
		Exec execCredential `json:"exec"`
	} `json:"user"`
}

type execCredential struct {
	APIVersion      string   `json:"apiVersion"`
	Command         string   `json:"command"`
	Args            []string `json:"args"`
	InteractiveMode string   `json:"interactiveMode"`
}

// Kubeconfig returns a kubeconfig as JSON. It holds no credential: the AWS CLI fetches a
// token for the role and Region named in it, whatever profile the caller's shell selects
// (E15). Names are the cluster's, so that the files of two colours merge.
func Kubeconfig(a Access) (string, error) {
	cluster := namedCluster{Name: a.Cluster}
	cluster.Cluster.Server = a.Endpoint
	cluster.Cluster.CAData = a.CertificateAuthority

	context := namedContext{Name: a.Cluster}
	context.Context.Cluster = a.Cluster
	context.Context.User = a.Cluster

	user := namedUser{Name: a.Cluster}
	user.User.Exec = execCredential{
		APIVersion: "client.authentication.k8s.io/v1beta1",
		Command:    "aws",
		Args: []string{
			"eks", "get-token", "--cluster-name", a.Cluster, "--region", a.Region,
			"--role-arn", a.RoleArn, "--output", "json",
		},
		InteractiveMode: "Never",
	}
	text, err := json.Marshal(kubeconfig{
		APIVersion: "v1", Kind: "Config", CurrentContext: a.Cluster,
		Clusters: []namedCluster{cluster}, Contexts: []namedContext{context}, Users: []namedUser{user},
	})
	return string(text), err
}
