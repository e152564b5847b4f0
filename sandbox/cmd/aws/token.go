package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"retail/sandbox/world/control"
)

// parse reads `eks get-token` with its options. Global options that change
// nothing here (--output json, --no-cli-pager) are taken; others are refused.
func parse(args []string) (control.TokenRequest, error) {
	var q control.TokenRequest
	var command []string
	values := map[string]*string{
		"--cluster-name": &q.Cluster, "--region": &q.Region, "--role-arn": &q.Role, "--output": new(string),
	}
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		into, known := values[name]
		switch {
		case !strings.HasPrefix(args[i], "-"):
			command = append(command, args[i])
		case name == "--no-cli-pager":
		case !known:
			return q, fmt.Errorf("the sandbox's aws does not know the option %s", name)
		case given:
			*into = value
		case i+1 < len(args):
			i++
			*into = args[i]
		default:
			return q, fmt.Errorf("%s: expected one argument", name)
		}
	}
	switch {
	case strings.Join(command, " ") != "eks get-token":
		return q, fmt.Errorf("the sandbox's aws answers `aws --version` and `aws eks get-token` only, not `aws %s`", strings.Join(command, " "))
	case q.Cluster == "":
		return q, fmt.Errorf("the following arguments are required: --cluster-name")
	case *values["--output"] != "" && *values["--output"] != "json":
		return q, fmt.Errorf("--output %s: the sandbox's aws prints json only", *values["--output"])
	}
	return q, nil
}

// printCredential prints the token as an ExecCredential, as kubectl wants it.
func printCredential(out io.Writer, token control.Token) error {
	type status struct {
		Expires string `json:"expirationTimestamp"`
		Token   string `json:"token"`
	}
	return json.NewEncoder(out).Encode(struct {
		Kind       string   `json:"kind"`
		APIVersion string   `json:"apiVersion"`
		Spec       struct{} `json:"spec"`
		Status     status   `json:"status"`
	}{"ExecCredential", "client.authentication.k8s.io/v1beta1", struct{}{}, status{token.Expires.Format(time.RFC3339), token.Token}})
}
