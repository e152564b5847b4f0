package awsapi

import (
	"fmt"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
)

var eksOperations = []*operation{
	{name: "DescribeCluster", route: "GET /clusters/{name}", takes: []string{"name"}, do: describeCluster, on: onCluster},
	{name: "ListAddons", route: "GET /clusters/{name}/addons", takes: []string{"name", "maxResults", "nextToken"}, do: listAddons, on: onCluster},
	{name: "DescribeAddon", route: "GET /clusters/{name}/addons/{addonName}", takes: []string{"name", "addonName"}, do: describeAddon,
		on: func(c *cloud.Call, in object) (string, map[string]string) {
			return c.ARN("eks", fmt.Sprint("addon/", in["name"], "/", in["addonName"], "/*")), nil
		}},
	{name: "ListClusters", route: "GET /clusters", takes: []string{"maxResults", "nextToken"}, do: listClusters},
}

func onCluster(c *cloud.Call, in object) (string, map[string]string) {
	return c.ARN("eks", fmt.Sprint("cluster/", in["name"])), nil
}

func describeCluster(c *call) (object, error) {
	r := c.Get(eks.Cluster, c.text("name"))
	if r == nil {
		return nil, &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "No cluster found for name: " + c.text("name") + "."}
	}
	s := r.State
	out := given(object{
		"name": r.ID, "arn": str(s, "arn"), "version": str(s, "version"), "endpoint": str(s, "endpoint"), "status": str(s, "status"),
		"roleArn": str(s, "roleArn"), "platformVersion": str(s, "platformVersion"), "createdAt": r.Created,
		"certificateAuthority": object{"data": str(s, "certificateAuthority.data")},
		"resourcesVpcConfig": object{
			"vpcId": str(s, "vpcConfig.vpcId"), "subnetIds": list(strs(s, "vpcConfig.subnetIds")),
			"securityGroupIds":       list(strs(s, "vpcConfig.securityGroupIds")),
			"clusterSecurityGroupId": str(s, "vpcConfig.clusterSecurityGroupId"),
			"endpointPrivateAccess":  flag(s, "vpcConfig.endpointPrivateAccess"),
			"endpointPublicAccess":   flag(s, "vpcConfig.endpointPublicAccess"),
			"publicAccessCidrs":      list(strs(s, "vpcConfig.publicAccessCidrs")),
		},
		"accessConfig":     object{"authenticationMode": str(s, "accessConfig.authenticationMode")},
		"zonalShiftConfig": object{"enabled": flag(s, "zonalShiftConfig.enabled")},
		"tags":             tagsOf(r),
	})
	return object{"cluster": out}, nil
}

func tagsOf(r *cloud.Record) object {
	out := object{}
	all, _ := r.State["tagsAll"].(map[string]any)
	for name, value := range all {
		out[name] = value
	}
	return out
}

func listClusters(c *call) (object, error) {
	var names []any
	for _, r := range c.List(eks.Cluster) {
		names = append(names, r.ID)
	}
	some, next, err := page(c, names, c.number("maxResults"), c.text("nextToken"), "InvalidParameterException")
	return given(object{"clusters": some, "nextToken": next}), err
}
