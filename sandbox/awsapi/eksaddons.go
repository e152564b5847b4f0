package awsapi

import (
	"fmt"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
)

func noCluster(c *call) error {
	if c.Get(eks.Cluster, c.text("name")) != nil {
		return nil
	}
	return &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "No cluster found for name: " + c.text("name") + "."}
}

func listAddons(c *call) (object, error) {
	if err := noCluster(c); err != nil {
		return nil, err
	}
	names := []any{}
	for _, r := range c.List(eks.Addon) {
		if str(r.State, "clusterName") == c.text("name") {
			names = append(names, str(r.State, "addonName"))
		}
	}
	some, next, err := page(c, names, c.number("maxResults"), c.text("nextToken"), "InvalidParameterException")
	return given(object{"addons": some, "nextToken": next}), err
}

func describeAddon(c *call) (object, error) {
	if err := noCluster(c); err != nil {
		return nil, err
	}
	r := c.Get(eks.Addon, fmt.Sprint(c.text("name"), ":", c.text("addonName")))
	if r == nil {
		return nil, &cloud.Error{Code: "ResourceNotFoundException", Status: 404,
			Message: fmt.Sprintf("No addon: %s found in cluster: %s", c.text("addonName"), c.text("name"))}
	}
	status, code, why := eks.AddonHealth(c.Call, r)
	issues := []any{}
	if code != "" {
		issues = append(issues, object{"code": code, "message": why})
	}
	return object{"addon": given(object{
		"addonName": str(r.State, "addonName"), "clusterName": str(r.State, "clusterName"), "addonVersion": str(r.State, "addonVersion"),
		"addonArn": str(r.State, "arn"), "status": status, "health": object{"issues": issues},
	})}, nil
}
