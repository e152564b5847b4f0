package ec2

import (
	"encoding/base64"
	"maps"
	"reflect"
	"time"

	"retail/sandbox/cloud"
)

func launchTemplateSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: LaunchTemplate,
		API: cloud.API{Create: "ec2:CreateLaunchTemplate", Read: "ec2:DescribeLaunchTemplates",
			Update: "ec2:CreateLaunchTemplateVersion", Delete: "ec2:DeleteLaunchTemplate"},
		Latency:  cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		Check:    []func(*cloud.Call) error{checkTemplate},
		Create:   createTemplate,
		Update:   newVersion,
	}
}

// checkTemplate holds the rules that Amazon EC2 states for a launch template's
// parameters among one another.
func checkTemplate(c *cloud.Call) error {
	nested, _ := c.Any("networkInterfaces").([]any)
	switch {
	case !absent(c.Any("defaultVersion")) && c.Bool("updateDefaultVersion"):
		return c.Invalid("updateDefaultVersion", "conflicts with defaultVersion")
	case len(nested) > 0 && len(c.Strs("vpcSecurityGroupIds")) > 0:
		return c.Invalid("vpcSecurityGroupIds", "must be given in networkInterfaces when that is given")
	case !absent(c.Any("instanceType")) && c.Any("instanceRequirements") != nil:
		return c.Invalid("instanceRequirements", "conflicts with instanceType")
	}
	if data := c.Str("userData"); data != "" {
		if _, err := base64.StdEncoding.DecodeString(data); err != nil {
			return c.Invalid("userData", "must be base64: %s", err)
		}
	}
	if c.Str("metadataOptions.httpEndpoint") == "disabled" && c.Str("metadataOptions.httpTokens") != "" {
		return c.Invalid("metadataOptions.httpTokens", "has no effect while metadataOptions.httpEndpoint is disabled")
	}
	return nil
}

func createTemplate(c *cloud.Call) error {
	name := c.Str("name")
	if name == "" {
		name = c.Str("namePrefix") + c.Hex(26)
	}
	if c.GetBy(LaunchTemplate, "name", name) != nil {
		return c.Fail("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
	}
	c.ID = c.NewID("lt")
	merge(c.State, cloud.Props{"name": name, "arn": c.ARN("ec2", "launch-template/"+c.ID), "latestVersion": 1, "defaultVersion": 1})
	Fill(c.State, cloud.Props{"namePrefix": ""})
	return nil
}

// newVersion makes a version of whatever has changed; the default moves only
// when the program says so.
func newVersion(c *cloud.Call) error {
	latest, byDefault := Number(c.State, "latestVersion"), Number(c.State, "defaultVersion")
	if !reflect.DeepEqual(content(c.Inputs), content(c.Old)) {
		latest++
	}
	switch wanted := int(c.Num("defaultVersion")); {
	case c.Bool("updateDefaultVersion"):
		byDefault = latest
	case wanted > latest:
		return c.Fail("InvalidLaunchTemplateId.VersionNotFound",
			"Could not find launch template version %d for launch template %s", wanted, c.ID)
	case wanted > 0:
		byDefault = wanted
	case byDefault == 0: // the program no longer names one: AWS keeps what it had
		byDefault = 1
	}
	merge(c.State, cloud.Props{"latestVersion": latest, "defaultVersion": byDefault})
	return nil
}

// content is what a version holds: not the template's own properties.
func content(inputs cloud.Props) cloud.Props {
	out := maps.Clone(inputs)
	for _, own := range []string{"name", "namePrefix", "tags", "tagsAll", "defaultVersion", "updateDefaultVersion"} {
		delete(out, own)
	}
	return out
}
