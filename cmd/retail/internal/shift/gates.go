package shift

import (
	"fmt"
	"strings"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/internal/problem"
	"retail/internal/versions"
)

// Names of the gates that a step must hold open too.
const (
	alarmGate  = "alarms"
	targetGate = "targets"
	smokeGate  = "smoke requests"
)

// Gate is one question before traffic moves, and its answer.
type Gate struct {
	Name string `json:"gate"`
	// Problems stand against the shift; Detail is what was seen.
	Problems []string `json:"problems,omitempty"`
	Detail   string   `json:"detail"`
}

// Open tells whether nothing stands against it.
func (g Gate) Open() bool { return len(g.Problems) == 0 }

// gate makes one from the problems of a list.
func gate(name, detail string, list *problem.List) Gate {
	g := Gate{Name: name, Detail: detail}
	for _, p := range problem.All(list.Err()) {
		g.Problems = append(g.Problems, p.Error())
	}
	return g
}

// driftGate refuses what somebody changed by hand; what carries weights is left out where
// a run that was killed may have been at it.
func driftGate(drift []Change, carriers []Carrier, resumed bool) Gate {
	var list problem.List
	seen := 0
	for _, c := range drift {
		if resumed && isCarrier(c.URN, carriers) {
			continue
		}
		seen++
		what := c.Op
		if len(c.Paths) > 0 {
			what += " of " + strings.Join(c.Paths, ", ")
		}
		list.Add("drift: "+short(c.URN), "must stand as the last update left it", what,
			"ask who changed it; `pulumi refresh` takes it over, `pulumi up --refresh` takes it back")
	}
	return gate("no drift", fmt.Sprintf("%d resources differ", seen), &list)
}

func isCarrier(urn string, carriers []Carrier) bool {
	for _, c := range carriers {
		if c.URN == urn {
			return true
		}
	}
	return false
}

// Judge asks whether the colour can take the traffic. With a reason to, it may run an
// older version than the other.
func Judge(f Facts, older string) []Gate {
	return []Gate{standing(f), version(f, older), addons(f), inside(f), alarms(f.Alarms)}
}

func standing(f Facts) Gate {
	var list problem.List
	if f.To.Status != "ACTIVE" {
		list.Add("clusters."+f.To.Cluster, "must be ACTIVE", f.To.Status, "wait until EKS is done with it")
	}
	return gate("cluster stands", f.To.Cluster+" is "+f.To.Status, &list)
}

// version is that traffic goes to the version that the file holds, and not back to an
// older one by mistake: a colour of the same version is well.
func version(f Facts, older string) Gate {
	var list problem.List
	at := "clusters." + f.To.Cluster + ".version"
	if f.To.Version != f.To.Configured {
		list.Add(at, "must be the one in the stack's file, "+f.To.Configured, f.To.Version, "run pulumi up, and wait until it has ended")
	}
	to, err := versions.Read(f.To.Version)
	list.Join(problem.Under(at, err))
	from, other := versions.Read(f.From.Version)
	list.Join(problem.Under("clusters."+f.From.Cluster+".version", other))
	if err == nil && other == nil && to.Compare(from) < 0 && older == "" {
		list.Add(at, fmt.Sprintf("must not be older than %s's, %s", f.From.Name, f.From.Version), f.To.Version,
			"raise it first; to go back to it on purpose, give --older a reason")
	}
	detail := fmt.Sprintf("%s runs %s, %s runs %s", f.To.Name, f.To.Version, f.From.Name, f.From.Version)
	if older != "" {
		detail += " (--older: " + older + ")"
	}
	return gate("version", detail, &list)
}

func addons(f Facts) Gate {
	var list problem.List
	for _, a := range f.To.Addons {
		if a.Status != "ACTIVE" {
			list.Add("clusters."+f.To.Cluster+".addons."+a.Name, "must be ACTIVE", strings.TrimSpace(a.Status+" "+a.Issues),
				"find out why: aws eks describe-addon --cluster-name "+f.To.Cluster+" --addon-name "+a.Name)
		}
	}
	return gate("add-ons", fmt.Sprintf("%d looked at", len(f.To.Addons)), &list)
}

// inside is the health of the shop, of the mesh and of what the cluster itself needs: of
// each service as many ready endpoints as its disruption budget asks for.
func inside(f Facts) Gate {
	var list problem.List
	c := f.To.Inside
	if c == nil {
		list.Add("clusters."+f.To.Cluster, "its API server must answer", nil, "see why it does not")
		return gate("mesh and shop", "not seen", &list)
	}
	at := "clusters." + f.To.Cluster
	ready := 0
	for _, n := range c.Nodes {
		if n.Ready && n.Schedulable {
			ready++
		}
	}
	if ready == 0 {
		list.Add(at+".nodes", "one at least must be ready and take pods", fmt.Sprintf("%d of %d", ready, len(c.Nodes)), "look at the node groups")
	}
	for _, pod := range c.Pending {
		list.Add(at+".pods."+pod, "no pod may wait for a node", "Pending", "raise max of the node groups, or see why with kubectl describe pod")
	}
	shop := 0
	for _, s := range c.Services {
		if s.Namespace == "store" {
			shop++
		}
		if s.Total() < s.Need {
			list.Add(at+"."+s.Namespace+"."+s.Name, fmt.Sprintf("must have %d ready endpoints (%s)", s.Need, s.Why), s.Total(), "see why its pods are not ready")
		}
	}
	if shop == 0 {
		list.Add(at+".store", "must hold the shop", "no service", "deploy the shop in it")
	}
	return gate("mesh and shop", fmt.Sprintf("%d nodes, %d services", ready, len(c.Services)), &list)
}

// alarms demands that they be quiet. One with too little data is no reason against: the
// front door's alarms take missing data for good (components/frontdoor).
func alarms(all []readiness.Alarm) Gate {
	var list problem.List
	mute := 0
	for _, a := range all {
		switch a.State {
		case readiness.OK:
		case readiness.InsufficientData:
			mute++
		case readiness.Missing:
			list.Add("alarms."+a.Name, "must exist", "none of that name", "run pulumi up")
		default:
			list.Add("alarms."+a.Name, "must be OK", strings.TrimSpace(a.State+" "+a.Reason), "find out what it means for customers, and wait until it is OK")
		}
	}
	detail := fmt.Sprintf("%d quiet", len(all)-mute)
	if mute > 0 {
		detail += fmt.Sprintf(", %d without data yet", mute)
	}
	if len(all) == 0 {
		list.Add("alarms", "one at least must watch the VPC, else nothing sees customers fail", nil, "give the VPC a front door with its alarms")
	}
	return gate(alarmGate, detail, &list)
}

// targets asks for the share's healthy targets, by kind of target group.
func targets(c Colour, full map[string]int, share int) Gate {
	var list problem.List
	var seen []string
	for _, kind := range c.kinds() {
		healthy, need := c.healthy(kind), Needed(full[kind], share)
		seen = append(seen, fmt.Sprintf("%s: %d healthy, %d needed for %d %%", kind, healthy, need, share))
		if healthy < need {
			list.Add("targets."+c.Name+"."+kind, fmt.Sprintf("%d %% of %d need %d healthy targets", share, full[kind], need), healthy,
				"raise min of the shop's ui in that colour, or take smaller steps")
		}
	}
	if len(seen) == 0 {
		list.Add("targets."+c.Name, "must have a target group", nil, "deploy the front door with that colour")
	}
	return gate(targetGate, strings.Join(seen, "; "), &list)
}

// smoke asks that every request was answered as a customer would like.
func smoke(answers []Answer, skipped string) Gate {
	var list problem.List
	if skipped != "" {
		return gate(smokeGate, "none sent: "+skipped, &list)
	}
	for _, a := range answers {
		if !a.passed() {
			list.Add("smoke", "must be answered with 200 to 399", a, "see why with the same request; --no-smoke REASON leaves them out")
		}
	}
	if len(answers) == 0 {
		list.Add("smoke", "one request at least must be answered", nil, "see --smoke")
	}
	return gate(smokeGate, fmt.Sprintf("%d answered", len(answers)), &list)
}
