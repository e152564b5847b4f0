package awsapi

import (
	"net/http"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"retail/sandbox/cloud"
)

// rpcCBOR is the Smithy RPC v2 CBOR protocol. Its services answer errors as they
// did when they spoke awsQuery (trait awsQueryCompatible): the code is in a header.
type rpcCBOR struct{}

// encoding writes times as epochs under tag 1, as the protocol does.
var encoding = func() cbor.EncMode {
	mode, err := cbor.EncOptions{Time: cbor.TimeUnixDynamic, TimeTag: cbor.EncTagRequired}.EncMode()
	if err != nil {
		panic(err) // constant options
	}
	return mode
}()

// read takes the operation from "/service/NAME/operation/NAME".
func (rpcCBOR) read(r *http.Request, body []byte, s *service) (*request, error) {
	parts := strings.Split(r.URL.Path, "/")
	if r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || len(parts) != 5 || parts[1] != "service" || parts[3] != "operation" {
		return nil, s.unknown(r.Method + " " + r.URL.Path)
	}
	o, err := s.find(parts[4])
	if err != nil {
		return nil, err
	}
	in := map[string]any{}
	if len(body) > 0 {
		if err := cbor.Unmarshal(body, &in); err != nil {
			return nil, &cloud.Error{Code: "SerializationException", Message: err.Error()}
		}
	}
	return &request{o, in}, nil
}

func (rpcCBOR) answer(w http.ResponseWriter, out *answered) {
	if out.body == nil {
		out.body = object{}
	}
	write(w, http.StatusOK, out.body)
}

func (rpcCBOR) fail(w http.ResponseWriter, err *cloud.Error) {
	fault := "Sender"
	if err.Status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	w.Header().Set("X-Amzn-Query-Error", err.Code+";"+fault)
	write(w, err.Status, withDetails(err))
}

func write(w http.ResponseWriter, status int, body object) {
	text, err := encoding.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.WriteHeader(status)
	_, _ = w.Write(text) // whoever asked has gone
}

func (rpcCBOR) code(common string) string { return jsonCode(common) }
