package elbv2

import (
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// invokes are the data sources. Each finds one item by ARN, name or tags.
func invokes() []*cloud.Invoke {
	return []*cloud.Invoke{
		{Token: "aws:lb/getLoadBalancer:getLoadBalancer", API: "elbv2:DescribeLoadBalancers", Do: getLoadBalancer},
		{Token: "aws:lb/getTargetGroup:getTargetGroup", API: "elbv2:DescribeTargetGroups", Do: getTargetGroup},
		{Token: "aws:lb/getListener:getListener", API: "elbv2:DescribeListeners", Do: getListener},
	}
}

// find is the one record that has the values of the arguments given; arguments are
// named by the state property that each compares.
func find(c *cloud.Call, token, what string, arguments ...string) (cloud.Props, error) {
	tags, _ := c.Any("tags").(map[string]any)
	found := slices.DeleteFunc(c.List(token), func(r *cloud.Record) bool {
		for _, name := range arguments {
			if want := c.Any(name); want != nil && want != "" && r.State[name] != want {
				return true
			}
		}
		all, _ := r.State["tagsAll"].(map[string]any)
		for k, v := range tags {
			if all[k] != v {
				return true
			}
		}
		return false
	})
	switch len(found) {
	case 0:
		return nil, c.Invalid("", "reading ELBv2 %s: couldn't find resource", what)
	case 1:
	default:
		return nil, c.Invalid("", "Search returned %d results, please revise so only one is returned", len(found))
	}
	out := found[0].State
	out["id"], out["tags"] = found[0].ID, out["tagsAll"]
	ec2.Fill(out, cloud.Props{"tags": cloud.Props{}})
	delete(out, "tagsAll")
	return out, nil
}

func getLoadBalancer(c *cloud.Call) (cloud.Props, error) {
	out, err := find(c, LoadBalancer, "Load Balancer", "arn", "name")
	if err != nil {
		return nil, err
	}
	ec2.Fill(out, cloud.Props{"accessLogs": cloud.Props{"bucket": "", "enabled": false, "prefix": ""},
		"connectionLogs": []any{}, "ipamPools": []any{}, "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": ""})
	if logs, one := out["connectionLogs"].(map[string]any); one {
		out["connectionLogs"] = []any{logs}
	}
	return out, nil
}

func getTargetGroup(c *cloud.Call) (cloud.Props, error) {
	out, err := find(c, TargetGroup, "Target Group", "arn", "name")
	if err != nil {
		return nil, err
	}
	out["loadBalancerArns"] = LoadBalancersOf(c, text(out, "arn"))
	out["deregistrationDelay"] = fmt.Sprint(out["deregistrationDelay"])
	ec2.Fill(out, cloud.Props{"preserveClientIp": ""})
	return out, nil
}

// many are the names under which a data source shows an action's blocks: lists.
var many = map[string]string{"authenticateCognito": "authenticateCognitos", "authenticateOidc": "authenticateOidcs",
	"fixedResponse": "fixedResponses", "forward": "forwards", "redirect": "redirects", "stickiness": "stickinesses"}

func getListener(c *cloud.Call) (cloud.Props, error) {
	if c.Str("arn") == "" && (c.Str("loadBalancerArn") == "" || c.Any("port") == nil) {
		return nil, c.Invalid("arn", "must be given, or loadBalancerArn and port")
	}
	out, err := find(c, Listener, "Listener", "arn", "loadBalancerArn", "port")
	if err != nil {
		return nil, err
	}
	var actions []any
	for _, a := range items(out, "defaultActions") {
		if forward, ok := a["forward"].(map[string]any); ok {
			a["forward"] = listed(forward, "stickiness")
		}
		actions = append(actions, listed(a, "authenticateCognito", "authenticateOidc", "fixedResponse", "forward", "redirect"))
	}
	out["defaultActions"] = actions
	ec2.Fill(out, cloud.Props{"mutualAuthentications": []any{}})
	return out, nil
}

// listed has each of the blocks in a list, under the name of several.
func listed(p cloud.Props, blocks ...string) cloud.Props {
	for _, name := range blocks {
		value := []any{}
		if p[name] != nil {
			value = append(value, p[name])
		}
		delete(p, name)
		p[many[name]] = value
	}
	return p
}
