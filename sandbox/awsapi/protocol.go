package awsapi

import (
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"strings"

	"retail/sandbox/cloud"
)

// request is what a client asks for.
type request struct {
	operation *operation
	in        object
}

// protocol is one of AWS's, as Smithy's specifications describe it.
type protocol interface {
	read(r *http.Request, body []byte, s *service) (*request, error)
	answer(w http.ResponseWriter, out *answered)
	fail(w http.ResponseWriter, err *cloud.Error)
	// code is the protocol's name for an error that all services have.
	code(common string) string
}

// inTerms is an error as a protocol words it. What is none of AWS's errors, such
// as a policy that uses what is not simulated, is an internal failure.
func inTerms(p protocol, err error) *cloud.Error {
	var known *cloud.Error
	if !errors.As(err, &known) {
		return &cloud.Error{Code: p.code("InternalFailure"), Status: http.StatusInternalServerError, Message: err.Error()}
	}
	out := *known
	out.Code = p.code(known.Code)
	if out.Status == 0 {
		out.Status = http.StatusBadRequest
	}
	return &out
}

func requestID() string { return strings.ToLower(rand.Text()) }

// withDetails is an error's body in JSON and CBOR.
func withDetails(err *cloud.Error) object {
	out := object{"__type": err.Code, "message": err.Message}
	maps.Copy(out, err.Details)
	if err.Reason != "" {
		out["reason"] = err.Reason
	}
	return out
}

// jsonCode gives the codes of the services of JSON and CBOR (each one's API
// Reference, "Common Errors").
func jsonCode(common string) string {
	switch common {
	case "SignatureDoesNotMatch", "RequestExpired":
		return "InvalidSignatureException"
	case "InvalidClientTokenId":
		return "UnrecognizedClientException"
	case "ExpiredToken":
		return "ExpiredTokenException"
	case "ValidationError":
		return "ValidationException"
	case "AccessDenied":
		return "AccessDeniedException"
	}
	return common
}
