package config

import (
	"maps"
	"slices"
	"strings"

	"retail/internal/problem"
)

// Validate checks every rule of a hub's configuration; the defaults must be
// filled in.
func (n *Network) Validate() error {
	var list problem.List
	accountRules(&list, "aws", n.AWS)
	tagRules(&list, "tags", n.Tags)
	for _, rule := range []func(*problem.List, *Network){
		gatewayASN, acceptanceKnown, sharingKnown, sharingPrincipal, environmentsGiven, allocationAccounts,
		allocationRanges, onPremisesRanges, hubRangesDisjoint, oneWayOnPremises, vpnComplete, directConnectComplete, offers,
	} {
		rule(&list, n)
	}
	retention(&list, "logRetentionDays", n.LogRetentionDays, n.Relax.ShortLogRetention)
	reasons(&list, n.Relaxations())
	return list.Err()
}

// Validate checks every rule of an environment's configuration that needs no
// other stack; the defaults must be filled in.
func (e *Environment) Validate() error {
	var list problem.List
	accountRules(&list, "aws", e.AWS)
	tagRules(&list, "tags", e.Tags)
	for _, rule := range []func(*problem.List, *Environment){
		environmentName, criticalityKnown, hubStackName, hubAccount, vpcsGiven, vpcRangesDisjoint, elasticIPs, mirrorRules, frontDoorsAndEntrance, observerRules, latticeNames,
	} {
		rule(&list, e)
	}
	retention(&list, "logRetentionDays", e.LogRetentionDays, e.Relax.ShortLogRetention)
	for _, name := range sortedKeys(e.VPCs) {
		e.validateVPC(&list, name, e.VPCs[name])
	}
	reasons(&list, e.Relaxations())
	return list.Err()
}

func (e *Environment) validateVPC(list *problem.List, name string, v VPC) {
	path := problem.Path("vpcs", name)
	nameForm(list, path, name)
	zoneRules(list, path, e.AWS.Region, v)
	frontDoorRules(list, path, e.AWS.Region, v.FrontDoor)
	observabilityRules(list, path, e.AWS.Region, v)
	zonalShiftRules(list, e, path, v)
	latticeRules(list, e, path, v)
	for _, rule := range []func(*problem.List, string, VPC){
		vpcRange, podRange, onPremisesRoutes, endpointsKnown, flowLogsKnown,
		coloursKnown, trafficRange, trafficSum, trafficOfColours, clustersGiven, servicesApart, capacity, datastoreRules, shopRules, ingressesHaveShop,
	} {
		rule(list, path, v)
	}
	for _, colour := range sortedKeys(v.Clusters) {
		cluster := v.Clusters[colour]
		at := problem.Path(path, "clusters", string(colour))
		for _, rule := range []func(*problem.List, string, Cluster){
			versionSupported, computeKnown, computeMatchesNodes, autoPoolsKnown, expectedNodes, endpointReachable, endpointNarrow,
			supportKnown, addonsOnlyManaged, dnsReplicas, warmPrefixes, loadBalancing, meshRules, faultRules,
		} {
			rule(list, at, cluster)
		}
		survivesAZone(list, at, v, cluster)
		principals(list, at, e.AWS.DeployRole, cluster)
		privateRangesOutside(list, at, e, cluster)
		if cluster.Compute == Managed {
			for _, group := range sortedKeys(cluster.NodeGroups) {
				nodeGroupRules(list, at+".nodeGroups", group, cluster.NodeGroups[group])
			}
		}
	}
}

// Relaxation is one departure from a production-safe default that is on.
type Relaxation struct {
	// Path leads to the relaxation's key.
	Path string
	// Reason is why.
	Reason Reason
}

// Relaxations lists the hub's relaxations that are on.
func (n *Network) Relaxations() []Relaxation {
	all := map[string]Reason{
		"relax.unprotected":       n.Relax.Unprotected,
		"relax.shortLogRetention": n.Relax.ShortLogRetention,
	}
	for name, allocation := range n.Environments {
		all[problem.Path("environments", name, "retiring")] = allocation.Retiring
	}
	return given(all)
}

// Relaxations lists the environment's relaxations that are on, its VPCs' and
// clusters' included.
func (e *Environment) Relaxations() []Relaxation {
	all := map[string]Reason{
		"relax.unprotected":       e.Relax.Unprotected,
		"relax.shortLogRetention": e.Relax.ShortLogRetention,
		"relax.forgetUnreachable": e.Relax.ForgetUnreachable,
	}
	e.entranceRelaxations(all)
	e.zonalShiftRelaxations(all)
	for name, v := range e.VPCs {
		path := problem.Path("vpcs", name)
		all[path+".relax.singleNat"] = v.Relax.SingleNAT
		all[path+".relax.twoZones"] = v.Relax.TwoZones
		all[path+".relax.unprotected"] = v.Relax.Unprotected
		if v.Shop != nil {
			all[path+".shop.relax.fewPods"] = v.Shop.Relax.FewPods
		}
		if o := v.Observability; o != nil {
			all[path+".observability.relax.silentAlerts"] = o.Relax.SilentAlerts
		}
		if d := v.Datastores; d != nil {
			all[path+".datastores.relax.inMemory"] = d.Relax.InMemory
			all[path+".datastores.relax.singleNode"] = d.Relax.SingleNode
			all[path+".datastores.relax.shortBackups"] = d.Relax.ShortBackups
			all[path+".datastores.relax.noFinalSnapshot"] = d.Relax.NoFinalSnapshot
		}
		for colour, c := range v.Clusters {
			at := problem.Path(path, "clusters", string(colour), "relax")
			all[at+".noZonalShift"] = c.Relax.NoZonalShift
			all[at+".noAutoshift"] = c.Relax.NoAutoshift
			all[at+".upgradeInPlace"] = c.Relax.UpgradeInPlace
		}
	}
	return given(all)
}

func given(all map[string]Reason) []Relaxation {
	var on []Relaxation
	for _, path := range sortedKeys(all) {
		if all[path].Given() {
			on = append(on, Relaxation{Path: path, Reason: all[path]})
		}
	}
	return on
}

// shortestReason is where a word ends and a reason begins, in characters.
const shortestReason = 20

func reasons(list *problem.List, on []Relaxation) {
	for _, relaxation := range on {
		if text := strings.TrimSpace(string(relaxation.Reason)); len(text) < shortestReason {
			list.Add(relaxation.Path, "a relaxation is switched on by a reason of at least 20 characters", quoted(text),
				"say why this is acceptable here, or remove the key to keep the production-safe default")
		}
	}
}

// sortedKeys returns a map's keys in order, so that errors and resources come
// in the same order on every run.
func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func quoted(text string) string { return `"` + text + `"` }

func joined[S ~string](list []S) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = string(word)
	}
	return strings.Join(words, ", ")
}

// oneOf refuses a value that is not in the list of known ones.
func oneOf[S ~string](list *problem.List, path string, value S, known ...S) {
	if !slices.Contains(known, value) {
		list.Add(path, "must be one of "+joined(known), quoted(string(value)), "choose one of them")
	}
}
