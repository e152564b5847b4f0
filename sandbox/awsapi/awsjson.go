package awsapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"retail/sandbox/cloud"
)

// awsJSON is the awsJson1_1 protocol: a header names the operation, JSON both ways.
type awsJSON struct{ restJSON }

// read takes the operation from "X-Amz-Target: SERVICE.OPERATION".
func (awsJSON) read(r *http.Request, body []byte, s *service) (*request, error) {
	target := r.Header.Get("X-Amz-Target")
	o, err := s.find(target[strings.LastIndex(target, ".")+1:])
	if err != nil {
		return nil, err
	}
	in := object{}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, &cloud.Error{Code: "SerializationException", Message: err.Error()}
		}
	}
	return &request{o, in}, nil
}

func (awsJSON) answer(w http.ResponseWriter, out *answered) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(epochs(out.body)) // whoever asked has gone
}
