package mirror

import (
	"bytes"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"retail/sandbox/charts"
)

// Handler serves the charts and manifests; lib is the folder in which the toolchain
// keeps what it takes from other projects. Nothing else is there: what is asked for
// in vain is answered 404 with the place to add it.
func Handler(lib string) (http.Handler, error) {
	all, err := charts.All()
	if err != nil {
		return nil, err
	}
	istio, err := charts.Istio(lib)
	if err != nil {
		return nil, err
	}
	all = append(all, istio...)
	index, err := charts.Index(all)
	if err != nil {
		return nil, err
	}
	definitions, err := gatewayAPI(lib)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	serve := func(at string, content []byte) {
		mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, path.Base(at), time.Time{}, bytes.NewReader(content))
		})
	}
	serve(chartsPath+"/index.yaml", index)
	for _, chart := range all {
		serve(chartsPath+"/"+chart.File(), chart.Archive)
	}
	if definitions != nil {
		serve(manifestsPath+gatewayAPIPath, definitions)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.URL.Path+" is not in the sandbox's mirror: add the chart to sandbox/charts, or the manifest to sandbox/mirror; "+
			"Istio's charts and the Gateway API are there when the toolchain has built them (`make build`)", http.StatusNotFound)
	})
	return mux, nil
}

// gatewayAPIPath is that of the release's file below its host, github.com.
const gatewayAPIPath = "/kubernetes-sigs/gateway-api/releases/download/v1.5.1/standard-install.yaml"

// gatewayAPI is the release's standard-install.yaml: the definitions of the standard
// channel one after the other, with the policy that keeps newer ones from being
// replaced by older (kubernetes-sigs/gateway-api, hack/build-install-yaml.sh). It is
// nil while the toolchain has not taken them.
func gatewayAPI(lib string) ([]byte, error) {
	names, err := filepath.Glob(filepath.Join(lib, "gateway-api", "standard", "gateway*.yaml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out bytes.Buffer
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out.WriteString("---\n")
		out.Write(content)
	}
	return out.Bytes(), nil
}
