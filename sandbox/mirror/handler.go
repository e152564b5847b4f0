package mirror

import (
	"bytes"
	"net/http"
	"path"
	"time"

	"retail/sandbox/charts"
)

// Handler serves the charts; lib is the folder in which the toolchain
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
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.URL.Path+" is not in the sandbox's mirror: add the chart to sandbox/charts; "+
			"Istio's charts are there when the toolchain has built them (`make build`)", http.StatusNotFound)
	})
	return mux, nil
}
