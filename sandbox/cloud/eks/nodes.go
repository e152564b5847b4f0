package eks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/clusters"
)

// launch makes the group's instances what its state asks for: instances of an
// older generation (version, image, launch template) are marked as retiring
// and others started in their place, missing ones are started, surplus ones
// retire. Starting an instance takes addresses of a subnet.
func launch(c *cloud.Call) error {
	cluster := c.Get(Cluster, str(c.State, "clusterName"))
	if cluster == nil {
		return &clusters.Issue{Code: "ClusterUnreachable", Message: "the cluster does not exist"}
	}
	group := c.Get(AutoScalingGroup, groupName(c.State))
	if group == nil {
		group = &cloud.Record{Token: AutoScalingGroup, ID: groupName(c.State), Owner: c.ID, State: cloud.Props{
			"name": groupName(c.State), "arn": c.ARN("autoscaling", "autoScalingGroup:"+uuid(c)+":autoScalingGroupName/"+groupName(c.State))}}
	}
	wanted, generation := int(num(c.State, "scalingConfig.desiredSize")), generationOf(c)
	var kept, all []any
	for _, i := range instances(group) {
		stays := str(i, "generation") == generation && len(kept) < wanted
		i["retiring"] = !stays
		if stays {
			kept = append(kept, i)
		}
		all = append(all, i)
	}
	for n := len(kept); n < wanted; n++ {
		i, err := start(c, cluster, kept)
		if err != nil {
			return err
		}
		i["generation"] = generation
		kept, all = append(kept, i), append(all, i)
	}
	group.State["instances"], group.State["desiredCapacity"] = all, wanted
	c.Put(group)
	return nil
}

// groupName is the auto scaling group behind a node group.
func groupName(state cloud.Props) string { return str(state, "resources[0].autoscalingGroups[0].name") }

func instances(group *cloud.Record) []cloud.Props {
	list, _ := group.State["instances"].([]any)
	var out []cloud.Props
	for _, v := range list {
		if i, ok := v.(map[string]any); ok {
			out = append(out, i)
		}
	}
	return out
}

// generationOf is everything about a group that only new instances can have.
func generationOf(c *cloud.Call) string {
	template, _ := json.Marshal(c.State["launchTemplate"]) // plain data always marshals
	if version := str(c.State, "launchTemplate.version"); strings.HasPrefix(version, "$") {
		template = fmt.Appendf(template, "=%v", num(templateOf(c), "latestVersion"))
	}
	return fmt.Sprintf("%s|%s|%s", str(c.State, "version"), str(c.State, "releaseVersion"), template)
}

// start launches one instance in the zone with the fewest, and none in a zone that the
// cluster is shifted away from: EKS suspends rebalancing meanwhile and lets the group start
// instances in the other zones only (EKS User Guide, "Learn about ARC zonal shift").
func start(c *cloud.Call, cluster *cloud.Record, running []any) (cloud.Props, error) {
	away, _ := arczonalshift.AwayFrom(c, str(cluster.State, "arn"))
	subnets := slices.DeleteFunc(strs(c.State, "subnetIds"), func(subnet string) bool {
		id, _ := ec2.ZoneOf(c, subnet)
		return away != "" && id == away
	})
	if len(subnets) == 0 {
		return nil, &clusters.Issue{Code: "AsgInstanceLaunchFailures", Message: "no subnet of the node group is outside " + away +
			", which a zonal shift moves the cluster away from"}
	}
	count := func(subnet string) int {
		n := 0
		for _, i := range running {
			if i, ok := i.(map[string]any); ok && str(i, "subnetId") == subnet {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(subnets, func(a, b string) int { return count(a) - count(b) })
	for _, subnet := range subnets {
		if !roomForPods(c, cluster, subnet) {
			continue
		}
		id := c.NewID("i")
		eni, err := ec2.AddInterface(c, subnet, nodeSecurityGroups(c, cluster), c.ID, "aws-K8S-"+id)
		if cloud.Code(err) == "InsufficientFreeAddressesInSubnet" {
			continue
		}
		if err != nil {
			return nil, err
		}
		zoneID, zone := ec2.ZoneOf(c, subnet)
		m, err := machineOf(instanceTypes(c)[0])
		if err != nil {
			return nil, err
		}
		pods := m.maxPods(prefixDelegation(c, cluster.ID))
		return cloud.Props{"instanceId": id, "interfaceId": eni.ID, "privateIp": eni.State["privateIp"], "subnetId": subnet,
			"zone": zone, "zoneId": zoneID, "instanceType": instanceTypes(c)[0], "version": str(c.State, "version"),
			"maxPods": pods, "podCidr": podBlock(c, subnet, pods, blocksOf(running))}, nil
	}
	return nil, &clusters.Issue{Code: "InsufficientFreeAddresses", Message: "Amazon Autoscaling was unable to launch instances because " +
		"there are not enough free addresses in the subnet associated with your AutoScaling group(s): " + strings.Join(subnets, ", ")}
}

// nodesOf are the group's instances as the cluster sees them, without those
// that retire.
func nodesOf(c *cloud.Call) ([]clusters.Node, error) {
	group := c.Get(AutoScalingGroup, groupName(c.State))
	nodes := []clusters.Node{}
	for _, i := range instances(group) {
		if flag(i, "retiring") {
			continue
		}
		m, err := machineOf(str(i, "instanceType"))
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, clusters.Node{
			Name:       nodeName(c.Region, str(i, "privateIp")),
			ProviderID: "aws:///" + str(i, "zone") + "/" + str(i, "instanceId"),
			Group:      str(c.State, "nodeGroupName"), Zone: str(i, "zone"), ZoneID: str(i, "zoneId"), Region: c.Region,
			InstanceType: str(i, "instanceType"), AMIFamily: str(c.State, "amiType"),
			CapacitySpot: str(c.State, "capacityType") == "SPOT", Labels: labelsOf(c.State), Taints: taintsOf(c.State),
			CPU: m.cpu(), Memory: m.mem(), MaxPods: int(num(i, "maxPods")), Version: str(i, "version"),
			PodCIDR: str(i, "podCidr"),
		})
	}
	return nodes, nil
}

// nodeName is an instance's private DNS name, which EKS nodes carry.
func nodeName(region, address string) string {
	domain := region + ".compute.internal"
	if region == "us-east-1" {
		domain = "ec2.internal"
	}
	return "ip-" + strings.ReplaceAll(address, ".", "-") + "." + domain
}

func labelsOf(state cloud.Props) map[string]string {
	given, _ := state["labels"].(map[string]any)
	labels := map[string]string{}
	for key, v := range given {
		labels[key], _ = v.(string)
	}
	return labels
}

func taintsOf(state cloud.Props) []clusters.Taint {
	given, _ := state["taints"].([]any)
	var taints []clusters.Taint
	for _, t := range given {
		if t, ok := t.(map[string]any); ok {
			taints = append(taints, clusters.Taint{Key: str(t, "key"), Value: str(t, "value"), Effect: str(t, "effect")})
		}
	}
	return taints
}
