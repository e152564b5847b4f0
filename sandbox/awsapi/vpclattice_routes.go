package awsapi

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
)

// listener finds what a request's path names.
func (c *call) listener() (service, listener *cloud.Record, err error) {
	if service, err = vpclattice.ServiceOf(c.Call, c.text("serviceIdentifier")); err != nil {
		return nil, nil, err
	}
	listener, err = vpclattice.ListenerOf(c.Call, service, c.text("listenerIdentifier"))
	return service, listener, err
}

func listListeners(c *call) (object, error) {
	s, err := vpclattice.ServiceOf(c.Call, c.text("serviceIdentifier"))
	if err != nil {
		return nil, err
	}
	var all []any
	for _, r := range vpclattice.ListenersOf(c.Call, s) {
		all = append(all, listenerSummary(r))
	}
	return c.items(all)
}

func listenerSummary(r *cloud.Record) object {
	return dated(r, object{"id": str(r.State, "listenerId"), "name": str(r.State, "name"), "protocol": str(r.State, "protocol"),
		"port": cloud.Lookup(r.State, "port")})
}

func getListener(c *call) (object, error) {
	s, r, err := c.listener()
	if err != nil {
		return nil, err
	}
	out := listenerSummary(r)
	out["serviceId"], out["serviceArn"], out["defaultAction"] = s.ID, str(s.State, "arn"), action(r)
	return out, nil
}

// action is what a listener or rule does, as the API's union.
func action(r *cloud.Record) object {
	if status := vpclattice.FixedResponse(r); status != 0 {
		return object{"fixedResponse": object{"statusCode": status}}
	}
	groups := []any{}
	for _, g := range vpclattice.Forwards(r) {
		groups = append(groups, object{"targetGroupIdentifier": g.TargetGroup, "weight": g.Weight})
	}
	return object{"forward": object{"targetGroups": groups}}
}

// defaultRule is the ID of the rule that stands for a listener's default action.
func defaultRule(listener *cloud.Record) string {
	sum := sha256.Sum256([]byte(listener.ID))
	return "rule-" + hex.EncodeToString(sum[:])[:17]
}

func listLatticeRules(c *call) (object, error) {
	_, l, err := c.listener()
	if err != nil {
		return nil, err
	}
	var all []any
	for _, r := range vpclattice.RulesOf(c.Call, l) {
		all = append(all, ruleSummary(r))
	}
	return c.items(append(all, defaultSummary(l)))
}

func ruleSummary(r *cloud.Record) object {
	return dated(r, object{"id": str(r.State, "ruleId"), "name": str(r.State, "name"), "isDefault": false, "priority": cloud.Lookup(r.State, "priority")})
}

func defaultSummary(l *cloud.Record) object {
	out := dated(l, object{"id": defaultRule(l), "name": "default", "isDefault": true})
	out["arn"] = str(l.State, "arn") + "/rule/" + defaultRule(l)
	return out
}

func getRule(c *call) (object, error) {
	_, l, err := c.listener()
	if err != nil {
		return nil, err
	}
	if id := c.text("ruleIdentifier"); id == defaultRule(l) || id == str(l.State, "arn")+"/rule/"+defaultRule(l) {
		out := defaultSummary(l)
		out["action"] = action(l)
		return out, nil
	}
	r, err := vpclattice.RuleOf(c.Call, l, c.text("ruleIdentifier"))
	if err != nil {
		return nil, err
	}
	out := ruleSummary(r)
	out["action"], out["match"] = action(r), cloud.Lookup(r.State, "match")
	return out, nil
}

func listGroups(c *call) (object, error) {
	var all []any
	for _, r := range c.List(vpclattice.TargetGroup) {
		vpc, kind := c.text("vpcIdentifier"), c.text("targetGroupType")
		if vpc != "" && str(r.State, "config.vpcIdentifier") != vpc || kind != "" && str(r.State, "type") != kind {
			continue
		}
		one := group(c, r)
		for _, name := range []string{"port", "protocol", "ipAddressType", "vpcIdentifier"} {
			one[name] = cloud.Lookup(r.State, "config."+name)
		}
		delete(one, "config")
		all = append(all, given(one))
	}
	return c.items(all)
}

func getGroup(c *call) (object, error) {
	r, err := vpclattice.TargetGroupOf(c.Call, c.text("targetGroupIdentifier"))
	if err != nil {
		return nil, err
	}
	return group(c, r), nil
}

func group(c *call, r *cloud.Record) object {
	config, _ := cloud.Clone(r.State)["config"].(map[string]any)
	if check, has := config["healthCheck"].(map[string]any); has {
		check["matcher"] = object{"httpCode": str(check, "matcher.value")}
	}
	services := []any{}
	for _, s := range vpclattice.UsedBy(c.Call, r) {
		services = append(services, str(s.State, "arn"))
	}
	return dated(r, object{"id": r.ID, "name": str(r.State, "name"), "type": str(r.State, "type"), "status": str(r.State, "status"), "config": config,
		"serviceArns": services})
}

// listLatticeTargets are a group's targets with their health, or those that the request
// names, by ID and perhaps port.
func listLatticeTargets(c *call) (object, error) {
	r, err := vpclattice.TargetGroupOf(c.Call, c.text("targetGroupIdentifier"))
	if err != nil {
		return nil, err
	}
	wanted, _ := c.in["targets"].([]any)
	var all []any
	for _, h := range vpclattice.Health(c.Call, r) {
		chosen := func(v any) bool {
			t, _ := v.(map[string]any)
			return t["id"] == h.Target.ID && (t["port"] == nil || t["port"] == float64(h.Target.Port))
		}
		if len(wanted) == 0 || slices.ContainsFunc(wanted, chosen) {
			all = append(all, given(object{"id": h.Target.ID, "port": h.Target.Port, "status": h.Status, "reasonCode": h.Reason}))
		}
	}
	return c.items(all)
}
