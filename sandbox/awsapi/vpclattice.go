package awsapi

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
)

// What VPC Lattice answers to who reads: an operator's command, a dashboard. Whoever
// changes something is a program or a controller, and comes another way.
var latticeOperations = []*operation{
	{name: "ListServiceNetworks", route: "GET /servicenetworks", takes: paged(), do: listNetworks},
	{name: "GetServiceNetwork", route: "GET /servicenetworks/{serviceNetworkIdentifier}", takes: []string{"serviceNetworkIdentifier"},
		on: onNetwork, do: getNetwork},
	{name: "ListServices", route: "GET /services", takes: paged(), do: listServices},
	{name: "GetService", route: "GET /services/{serviceIdentifier}", takes: []string{"serviceIdentifier"}, on: onService, do: getService},
	{name: "ListServiceNetworkVpcAssociations", route: "GET /servicenetworkvpcassociations", takes: paged("serviceNetworkIdentifier", "vpcIdentifier"),
		do: listVpcAssociations},
	{name: "GetServiceNetworkVpcAssociation", route: "GET /servicenetworkvpcassociations/{" + vpcAssociationID + "}", takes: []string{vpcAssociationID},
		do: getVpcAssociation},
	{name: "ListServiceNetworkServiceAssociations", route: "GET /servicenetworkserviceassociations",
		takes: paged("serviceNetworkIdentifier", "serviceIdentifier"), do: listServiceAssociations},
	{name: "GetServiceNetworkServiceAssociation", route: "GET /servicenetworkserviceassociations/{" + serviceAssociationID + "}",
		takes: []string{serviceAssociationID}, do: getServiceAssociation},
	{name: "ListListeners", route: "GET /services/{serviceIdentifier}/listeners", takes: paged("serviceIdentifier"), do: listListeners},
	{name: "GetListener", route: "GET /services/{serviceIdentifier}/listeners/{listenerIdentifier}",
		takes: []string{"serviceIdentifier", "listenerIdentifier"}, do: getListener},
	{name: "ListRules", route: "GET /services/{serviceIdentifier}/listeners/{listenerIdentifier}/rules",
		takes: paged("serviceIdentifier", "listenerIdentifier"), do: listLatticeRules},
	{name: "GetRule", route: "GET /services/{serviceIdentifier}/listeners/{listenerIdentifier}/rules/{ruleIdentifier}",
		takes: []string{"serviceIdentifier", "listenerIdentifier", "ruleIdentifier"}, do: getRule},
	{name: "ListTargetGroups", route: "GET /targetgroups", takes: paged("vpcIdentifier", "targetGroupType"), do: listGroups},
	{name: "GetTargetGroup", route: "GET /targetgroups/{targetGroupIdentifier}", takes: []string{"targetGroupIdentifier"}, on: onGroup, do: getGroup},
	{name: "ListTargets", route: "POST /targetgroups/{targetGroupIdentifier}/listtargets", takes: paged("targetGroupIdentifier", "targets"),
		on: onGroup, do: listLatticeTargets},
	{name: "GetAuthPolicy", route: "GET /authpolicy/{resourceIdentifier}", takes: []string{resourceIdentifier}, do: getAuthPolicy},
	{name: "ListAccessLogSubscriptions", route: "GET /accesslogsubscriptions", takes: paged(resourceIdentifier), needs: []string{resourceIdentifier},
		do: listLogSubscriptions},
	{name: "ListTagsForResource", route: "GET /tags/{resourceArn}", takes: []string{"resourceArn"}, do: listLatticeTags},
}

const (
	vpcAssociationID     = "serviceNetworkVpcAssociationIdentifier"
	serviceAssociationID = "serviceNetworkServiceAssociationIdentifier"
)

// paged are parameters with those of every list.
func paged(more ...string) []string { return append([]string{"maxResults", "nextToken"}, more...) }

// onNetwork and its like tell what IAM is asked about: the ARN of what is named.
func onNetwork(c *cloud.Call, in object) (string, map[string]string) {
	return onNamed(vpclattice.NetworkOf(c, named(in, "serviceNetworkIdentifier")))
}

func onService(c *cloud.Call, in object) (string, map[string]string) {
	return onNamed(vpclattice.ServiceOf(c, named(in, "serviceIdentifier")))
}

func onGroup(c *cloud.Call, in object) (string, map[string]string) {
	return onNamed(vpclattice.TargetGroupOf(c, named(in, "targetGroupIdentifier")))
}

func named(in object, parameter string) string { s, _ := in[parameter].(string); return s }

func onNamed(r *cloud.Record, err error) (string, map[string]string) {
	if err != nil {
		return "*", nil // the call itself tells what is missing
	}
	return str(r.State, "arn"), nil
}

// iso is a time as VPC Lattice's model writes it.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// dated is an answer about a record, with its times and without what is empty.
func dated(r *cloud.Record, o object) object {
	o["arn"], o["createdAt"], o["lastUpdatedAt"] = str(r.State, "arn"), iso(r.Created), iso(r.Created)
	return given(o)
}

func listNetworks(c *call) (object, error) {
	var all []any
	for _, r := range vpclattice.Networks(c.Call) {
		one := network(c, r)
		delete(one, "authType")
		all = append(all, one)
	}
	return c.items(all)
}

func getNetwork(c *call) (object, error) {
	r, err := vpclattice.NetworkOf(c.Call, c.text("serviceNetworkIdentifier"))
	if err != nil {
		return nil, err
	}
	return network(c, r), nil
}

func network(c *call, r *cloud.Record) object {
	return dated(r, object{"id": r.ID, "name": str(r.State, "name"), "authType": str(r.State, "authType"),
		"numberOfAssociatedVPCs":     len(vpclattice.VpcAssociations(c.Call, r)),
		"numberOfAssociatedServices": len(vpclattice.ServiceAssociations(c.Call, r, nil))})
}

func listServices(c *call) (object, error) {
	var all []any
	for _, r := range vpclattice.Services(c.Call) {
		one := latticeService(r)
		delete(one, "authType")
		delete(one, "certificateArn")
		all = append(all, one)
	}
	return c.items(all)
}

func getService(c *call) (object, error) {
	r, err := vpclattice.ServiceOf(c.Call, c.text("serviceIdentifier"))
	if err != nil {
		return nil, err
	}
	return latticeService(r), nil
}

func latticeService(r *cloud.Record) object {
	s := r.State
	return dated(r, object{"id": r.ID, "name": str(s, "name"), "status": str(s, "status"), "authType": str(s, "authType"),
		"customDomainName": str(s, "customDomainName"), "certificateArn": str(s, "certificateArn"), "dnsEntry": dnsEntry(s)})
}

func dnsEntry(s cloud.Props) object {
	return object{"domainName": str(s, "dnsEntries[0].domainName"), "hostedZoneId": str(s, "dnsEntries[0].hostedZoneId")}
}

func getAuthPolicy(c *call) (object, error) {
	r, err := vpclattice.PolicyOf(c.Call, c.text(resourceIdentifier))
	if err != nil {
		return nil, err
	}
	return given(object{"policy": str(r.State, "policy"), "state": str(r.State, "state"), "createdAt": iso(r.Created), "lastUpdatedAt": iso(r.Created)}), nil
}

func listLogSubscriptions(c *call) (object, error) {
	var all []any
	for _, r := range c.List(vpclattice.LogSubscription) {
		arn := str(r.State, "resourceArn")
		if id := c.text(resourceIdentifier); arn == id || strings.HasSuffix(arn, "/"+id) {
			all = append(all, dated(r, object{"id": r.ID, "resourceArn": arn, "resourceId": arn[strings.LastIndex(arn, "/")+1:],
				"destinationArn": str(r.State, "destinationArn"), "serviceNetworkLogType": str(r.State, "serviceNetworkLogType")}))
		}
	}
	return c.items(all)
}

// latticeTypes have tags.
var latticeTypes = []string{vpclattice.Network, vpclattice.Service, vpclattice.ServiceAssociation, vpclattice.VpcAssociation, vpclattice.Listener,
	vpclattice.ListenerRule, vpclattice.TargetGroup, vpclattice.LogSubscription}

// listLatticeTags answers with the tags of what the account owns: those of another
// account's network are not shared with it.
func listLatticeTags(c *call) (object, error) {
	for _, token := range latticeTypes {
		if r := c.GetBy(token, "arn", c.text("resourceArn")); r != nil {
			tags := object{}
			for key, value := range vpclattice.TagsOf(r) {
				tags[key] = value
			}
			return object{"tags": tags}, nil
		}
	}
	if c.Shared(vpclattice.Network, "arn", c.text("resourceArn")) != nil || c.Shared(vpclattice.Service, "arn", c.text("resourceArn")) != nil {
		return object{"tags": object{}}, nil
	}
	return nil, vpclattice.NoResource(c.text("resourceArn"))
}
