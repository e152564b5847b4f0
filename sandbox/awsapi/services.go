package awsapi

import (
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metrics"
)

// service is one of AWS's services, by the name that signatures give it.
type service struct {
	// name is that of the file here; log starts its operations' names in the call log.
	name, log  string
	protocol   protocol
	operations []*operation
}

// operation is one of a service.
type operation struct {
	name string
	// route of a REST service, "POST /zonalshifts" or "DELETE /zonalshifts/{zonalShiftId}".
	route string
	// takes are the parameters that are simulated; others are refused.
	takes []string
	// needs are those of them without which AWS refuses a call.
	needs []string
	// status of the answer; 0: 200.
	status int
	writes bool
	// anyone may call it: AWS asks no policy.
	anyone bool
	// on tells what IAM is asked about: an ARN, and condition keys. Nil: "*".
	on func(c *cloud.Call, in object) (resource string, context map[string]string)
	do func(*call) (object, error)
}

// call is a call under the world's lock.
type call struct {
	*cloud.Call
	caller cloud.Caller
	in     object
	// world is for what needs no lock: signing credentials.
	world *cloud.World
	// metrics are what CloudWatch's metrics hold.
	metrics *metrics.Store
}

// services by the name in a signature's scope.
var services = map[string]*service{
	"sts":                  {name: "sts", log: "sts", protocol: query{}, operations: stsOperations},
	"elasticloadbalancing": {name: "elbv2", log: "elbv2", protocol: query{}, operations: elbv2Operations},
	"eks":                  {name: "eks", log: "eks", protocol: restJSON{}, operations: eksOperations},
	"monitoring":           {name: "cloudwatch", log: "cloudwatch", protocol: rpcCBOR{}, operations: cloudwatchOperations},
	"sns":                  {name: "notifications", log: "sns", protocol: query{}, operations: snsOperations},
	"events":               {name: "notifications", log: "events", protocol: awsJSON{}, operations: eventsOperations},
	"vpc-lattice":          {name: "vpclattice", log: "vpc-lattice", protocol: restJSON{}, operations: latticeOperations},
	"arc-zonal-shift":      {name: "arczonalshift", log: "arc-zonal-shift", protocol: restJSON{}, operations: arcOperations},
}

// find is the operation of a name.
func (s *service) find(name string) (*operation, error) {
	at := slices.IndexFunc(s.operations, func(o *operation) bool { return o.name == name })
	if at < 0 {
		return nil, s.unknown(name)
	}
	return s.operations[at], nil
}

// unknown refuses an operation that is not simulated.
func (s *service) unknown(what string) error {
	return &cloud.Error{Code: "UnknownOperationException", Status: 404, Message: fmt.Sprintf(
		"%s of %s is not simulated: extend sandbox/awsapi/%s.go", what, s.name, s.name)}
}

// check refuses parameters that are not simulated and misses those that AWS needs.
func (o *operation) check(s *service, in object) error {
	for _, name := range sorted(in) {
		if !slices.Contains(o.takes, name) {
			return &cloud.Error{Code: "ValidationError", Message: fmt.Sprintf(
				"the parameter %s of %s is not simulated: extend sandbox/awsapi/%s.go", name, o.name, s.name)}
		}
	}
	var missing []string
	for _, name := range o.needs {
		if v := in[name]; v == nil || v == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return &cloud.Error{Code: "ValidationError", Message: fmt.Sprintf("%d validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null",
			len(missing), strings.Join(missing, "', '"))}
	}
	return nil
}
