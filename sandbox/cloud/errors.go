package cloud

import (
	"errors"
	"fmt"
)

// Error is an AWS API error.
type Error struct {
	Code    string // "DependencyViolation"
	Message string
	Status  int // HTTP status; 0 means 400
	// Reason is the member of that name which some services' errors have beside the
	// code (ARC's ConflictException: "ZonalShiftAlreadyExists"); empty for the others.
	Reason string
	// Details are further members of an error by the model of its service's API
	// (VPC Lattice's ConflictException: resourceId, resourceType); nil for most.
	Details map[string]any
}

// Error renders the code and the message as the AWS SDK for Go does.
func (e *Error) Error() string { return "api error " + e.Code + ": " + e.Message }

// PropertyError is a rule that an input breaks. It becomes a check failure at
// that property, in preview already.
type PropertyError struct {
	Path   string // "vpcConfig.subnetIds[0]"; empty: the resource as a whole
	Reason string
}

// Error renders the path before the reason.
func (e *PropertyError) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// UnfinishedError says that AWS made or changed the resource but that waiting
// for it failed. ID and State are what the caller must remember, so that its
// next run repairs the resource and does not make a second one.
type UnfinishedError struct {
	ID     string
	Inputs Props
	State  Props
	Cause  error
}

// Error renders the cause.
func (e *UnfinishedError) Error() string { return e.Cause.Error() }

// Unwrap gives the cause.
func (e *UnfinishedError) Unwrap() error { return e.Cause }

// Fail is an AWS API error with the given code.
func (c *Call) Fail(code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid is a broken rule at an input's path, for a Spec's Check.
func (c *Call) Invalid(path, format string, args ...any) error {
	return &PropertyError{Path: path, Reason: fmt.Sprintf(format, args...)}
}

// Code is the AWS error code of err, or "" when err is none of AWS's.
func Code(err error) string {
	var aws *Error
	if errors.As(err, &aws) {
		return aws.Code
	}
	return ""
}
