package awsapi

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// restJSON is the restJson1 protocol: path, query and JSON in, JSON out.
type restJSON struct{}

func (restJSON) read(r *http.Request, body []byte, s *service) (*request, error) {
	for _, o := range s.operations {
		labels, ok := match(o.route, r.Method+" "+r.URL.EscapedPath())
		if !ok {
			continue
		}
		in := object{}
		if len(body) > 0 {
			if err := json.Unmarshal(body, &in); err != nil {
				return nil, &cloud.Error{Code: "SerializationException", Message: err.Error()}
			}
		}
		for name, values := range r.URL.Query() {
			in[name] = values[0]
		}
		for name, value := range labels {
			in[name] = value
		}
		return &request{o, in}, nil
	}
	return nil, s.unknown(r.Method + " " + r.URL.Path)
}

// match compares a route with a method and an escaped path and gives the labels.
func match(route, path string) (object, bool) {
	want, have := strings.Split(route, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	labels := object{}
	for i := range want {
		name, isLabel := strings.CutPrefix(want[i], "{")
		switch value, err := url.PathUnescape(have[i]); {
		case isLabel && err == nil && value != "":
			labels[strings.TrimSuffix(name, "}")] = value
		case want[i] != have[i]:
			return nil, false
		}
	}
	return labels, true
}

func (restJSON) answer(w http.ResponseWriter, out *answered) {
	w.Header().Set("Content-Type", "application/json")
	if out.status != 0 {
		w.WriteHeader(out.status)
	}
	_ = json.NewEncoder(w).Encode(epochs(out.body)) // whoever asked has gone
}

// epochs writes times as seconds since 1970, the protocol's default.
func epochs(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name := range v {
			out[name] = epochs(v[name])
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, one := range v {
			out = append(out, epochs(one))
		}
		return out
	case time.Time:
		return float64(v.UnixMilli()) / 1000
	}
	return v
}

func (restJSON) fail(w http.ResponseWriter, err *cloud.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", err.Code)
	w.WriteHeader(err.Status)
	_ = json.NewEncoder(w).Encode(withDetails(err)) // whoever asked has gone
}

func (restJSON) code(common string) string { return jsonCode(common) }
