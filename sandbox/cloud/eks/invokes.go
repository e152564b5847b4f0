package eks

import (
	"retail/sandbox/cloud"
)

func invokes() []*cloud.Invoke {
	return []*cloud.Invoke{
		{Token: "aws:eks/getCluster:getCluster", API: "eks:DescribeCluster", Do: getCluster},
		{Token: "aws:eks/getClusters:getClusters", API: "eks:ListClusters", Do: getClusters},
		{Token: "aws:eks/getClusterVersions:getClusterVersions", API: "eks:DescribeClusterVersions", Do: getClusterVersions},
		{Token: "aws:eks/getAddonVersion:getAddonVersion", API: "eks:DescribeAddonVersions", Do: getAddonVersion},
	}
}

// getCluster answers with the state; the data source's lists hold at most one.
func getCluster(c *cloud.Call) (cloud.Props, error) {
	name := c.Str("name")
	cluster := c.Get(Cluster, name)
	if cluster == nil {
		return nil, &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "No cluster found for name: " + name + "."}
	}
	out := cloud.Props{"id": name, "clusterId": "", "outpostConfigs": []any{}, "remoteNetworkConfigs": []any{}}
	for _, same := range []string{"name", "arn", "certificateAuthorities", "createdAt", "enabledClusterLogTypes", "endpoint",
		"identities", "platformVersion", "roleArn", "status", "version", "vpcConfig"} {
		out[same] = cluster.State[same]
	}
	out["tags"] = cluster.State["tagsAll"]
	for plural, singular := range map[string]string{"accessConfigs": "accessConfig", "computeConfigs": "computeConfig",
		"kubernetesNetworkConfigs": "kubernetesNetworkConfig", "storageConfigs": "storageConfig",
		"upgradePolicies": "upgradePolicy", "zonalShiftConfigs": "zonalShiftConfig"} {
		out[plural] = []any{}
		if v := cluster.State[singular]; v != nil {
			out[plural] = []any{v}
		}
	}
	return out, nil
}

func getClusters(c *cloud.Call) (cloud.Props, error) {
	names := []any{}
	for _, r := range c.List(Cluster) {
		names = append(names, r.ID)
	}
	return cloud.Props{"id": c.Region, "names": names}, nil
}

func getClusterVersions(c *cloud.Call) (cloud.Props, error) {
	versions := []any{}
	for _, r := range releases {
		versions = append(versions, cloud.Props{
			"clusterVersion": r.minor, "clusterType": "eks", "defaultPlatformVersion": r.platform,
			"defaultVersion": r.minor == newest(), "kubernetesPatchVersion": r.patch, "releaseDate": r.released + "T00:00:00Z",
			"endOfStandardSupportDate": r.standardEnds + "T00:00:00Z", "endOfExtendedSupportDate": r.extendedEnds + "T00:00:00Z",
			"versionStatus": r.status(c.Now()),
		})
	}
	return cloud.Props{"id": c.Region, "clusterVersions": versions}, nil
}

func getAddonVersion(c *cloud.Call) (cloud.Props, error) {
	name, kubernetes := c.Str("addonName"), c.Str("kubernetesVersion")
	version := defaultVersion(name, kubernetes)
	if c.Bool("mostRecent") {
		version = latestVersion(name, kubernetes)
	}
	if version == "" {
		return nil, invalid("Addon %s specified is not supported in %s kubernetes version", name, kubernetes)
	}
	return cloud.Props{"id": name, "addonName": name, "kubernetesVersion": kubernetes, "mostRecent": c.Bool("mostRecent"), "version": version}, nil
}
