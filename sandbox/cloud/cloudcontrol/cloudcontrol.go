// Package cloudcontrol simulates AWS Cloud Control API as pulumi-aws's one generic
// resource uses it: a CloudFormation type's name and its properties as JSON.
//
// What pulumi-aws does is terraform-provider-aws's aws_cloudcontrolapi_resource
// (internal/service/cloudcontrol/resource.go): the desired state is validated against the
// type's schema in preview; texts are compared, and a change of a create-only property
// replaces; a refresh reads the output "properties" and never the desired state, so that
// drift shows there only. Errors have the codes of Cloud Control's handlers
// (HandlerErrorCode: AlreadyExists, InvalidRequest, NotFound, ResourceConflict,
// GeneralServiceException).
//
// A type is simulated by a schema in schemas/ and a handler in types.go; every other one
// is refused by name.
package cloudcontrol

import (
	"encoding/json"
	"errors"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Resource is the token of the resource type.
const Resource = "aws:cloudcontrol/resource:Resource"

const placeOfTypes = "sandbox/cloud/cloudcontrol/types.go"

// Register declares the service's resource type.
func Register(r *cloud.Registry) {
	took := 5 * time.Second // requests are polled
	r.Add(&cloud.Spec{
		Token: Resource, About: true,
		API: cloud.API{Create: "cloudformation:CreateResource", Read: "cloudformation:GetResource", Update: "cloudformation:UpdateResource",
			Delete: "cloudformation:DeleteResource"},
		Latency: cloud.Latency{Create: took, Update: took, Delete: took},
		Check:   []func(*cloud.Call) error{check, ec2.Unsupported("sandbox/cloud/cloudcontrol/cloudcontrol.go", "roleArn", "typeVersionId", "schema")},
		Replace: replaces,
		Create:  create,
		Read:    read,
		Update:  update,
		Delete:  remove,
	})
}

// handler does what a resource type's handlers do in AWS. State is a desired state that
// has passed the type's schema. Errors are the service's own.
type handler struct {
	create func(c *cloud.Call, state map[string]any) (identifier string, err error)
	// read gives the properties; nil when there is no such resource.
	read   func(c *cloud.Call, identifier string) map[string]any
	update func(c *cloud.Call, identifier string, old, now map[string]any) error
	remove func(c *cloud.Call, identifier string) error
}

// check validates the desired state against the type's schema, as far as it is known.
func check(c *cloud.Call) error {
	name := c.Str("typeName")
	if name == "" {
		return nil // unknown yet, or refused as missing
	}
	t := types[name]
	if t == nil {
		return c.Invalid("typeName", "%s is not simulated: add its schema and handlers to %s", name, placeOfTypes)
	}
	text := c.Str("desiredState")
	if text == "" {
		return nil
	}
	if err := t.validate(text); err != nil {
		return c.Invalid("desiredState", "validating desired_state against CloudFormation Resource Schema: %v", err)
	}
	return nil
}

// parse reads a desired state that the check has seen.
func parse(text any) map[string]any {
	var out map[string]any
	s, _ := text.(string)
	_ = json.Unmarshal([]byte(s), &out) // the check has seen it
	return out
}

// replaces tells whether a new desired state changes a create-only property.
func replaces(d cloud.Difference, old, now cloud.Props) (replace, decides bool) {
	name, _ := now["typeName"].(string)
	t := types[name]
	if d.Path != "desiredState" || t == nil {
		return false, false
	}
	if _, known := now["desiredState"].(string); !known {
		return false, true // pulumi-aws compares nothing with an unknown text
	}
	before, after := parse(old["desiredState"]), parse(now["desiredState"])
	for _, property := range t.createOnly {
		if before[property] != after[property] {
			return true, true
		}
	}
	return false, true
}

func create(c *cloud.Call) error {
	t := types[c.Str("typeName")]
	id, err := t.create(c, parse(c.Inputs["desiredState"]))
	if err != nil {
		return handled(c, err)
	}
	c.ID, c.State["schema"] = id, t.text
	return read(c)
}

func read(c *cloud.Call) error {
	name, _ := c.State["typeName"].(string)
	if t := types[name]; t != nil {
		text, err := json.Marshal(t.read(c, c.ID)) // sorted by name
		if err != nil {
			return err
		}
		c.State["properties"] = string(text)
	}
	return nil
}

func update(c *cloud.Call) error {
	t := types[c.Str("typeName")]
	if err := t.update(c, c.ID, parse(c.Old["desiredState"]), parse(c.Inputs["desiredState"])); err != nil {
		return handled(c, err)
	}
	return read(c)
}

// remove deletes; pulumi-aws takes NotFound for done.
func remove(c *cloud.Call) error {
	name, _ := c.State["typeName"].(string)
	t := types[name]
	if t == nil {
		return nil
	}
	if err := handled(c, t.remove(c, c.ID)); cloud.Code(err) != "NotFound" {
		return err
	}
	return nil
}

// handled is a service's error as the handler reports it.
func handled(c *cloud.Call, err error) error {
	var aws *cloud.Error
	if !errors.As(err, &aws) {
		return err
	}
	code := map[string]string{"ConflictException": "ResourceConflict", "ResourceNotFoundException": "NotFound",
		"ValidationException": "InvalidRequest", "AccessDeniedException": "AccessDenied"}[aws.Code]
	switch {
	case aws.Reason == "PracticeConfigurationAlreadyExists":
		code = "AlreadyExists"
	case code == "":
		code = "GeneralServiceException"
	}
	return c.Fail(code, "%s (Service: ArcZonalShift, Status Code: %d, %s)", aws.Message, max(aws.Status, 400), aws.Reason)
}
