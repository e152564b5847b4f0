package lattice

import (
	"fmt"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

// ensureListeners makes a service's listeners. One of a port stays as it is: its default
// action is 404 for ever. Those of other ports go.
func (w *worker) ensureListeners(m *model, s *cloud.Record) ([]*cloud.Record, error) {
	if err := w.may("vpc-lattice:ListListeners"); err != nil {
		return nil, err
	}
	have := w.listenersOf(s)
	var out []*cloud.Record
	for _, l := range m.Listeners {
		at := slices.IndexFunc(have, func(r *cloud.Record) bool { return ec2.Number(r.State, "port") == l.Port })
		if at >= 0 {
			if err := w.takeTag(m, have[at]); err != nil {
				return nil, err
			}
			out = append(out, have[at])
			have = slices.Delete(have, at, at+1)
			continue
		}
		r, err := w.actor.Create(w.ctx(), vpclattice.Listener, s.ID+"/"+l.Name, cloud.Props{"serviceIdentifier": s.ID, "name": l.Name, "port": float64(l.Port),
			"protocol": l.Protocol, "defaultAction": cloud.Props{"fixedResponse": cloud.Props{"statusCode": 404.0}}, "tags": cloud.Props{managedBy: w.owner()}})
		if err != nil {
			return nil, fmt.Errorf("failed CreateListener %s due to %w", l.Name, err)
		}
		out = append(out, r)
	}
	for _, r := range have {
		if err := w.actor.Delete(w.ctx(), vpclattice.Listener, r.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// takeTag takes what belongs to a service that was taken over.
func (w *worker) takeTag(m *model, r *cloud.Record) error {
	if m.TakeoverFrom == "" {
		return nil
	}
	return w.tag(r, map[string]string{managedBy: w.owner()})
}

func (w *worker) rulesOf(l *cloud.Record) []*cloud.Record {
	var out []*cloud.Record
	_ = w.actor.View(func(c *cloud.Call) error { out = vpclattice.RulesOf(c, l); return nil }) // it only reads
	return out
}

// ensureRules makes a listener's rules those of the model: one of the same match is
// changed in place, what is left over goes, and then each gets its priority.
func (w *worker) ensureRules(m *model, s, l *cloud.Record, own []string) error {
	if err := w.may("vpc-lattice:ListRules"); err != nil {
		return err
	}
	have := w.rulesOf(l)
	var kept []*cloud.Record
	for i := range m.Rules {
		if err := w.resolveRule(&m.Rules[i], own); err != nil {
			return err
		}
		r, err := w.ensureRule(m, s, l, &m.Rules[i], have, kept)
		if err != nil {
			return fmt.Errorf("failed RuleManager.Upsert due to %w", err)
		}
		kept = append(kept, r)
	}
	for _, r := range have {
		if slices.ContainsFunc(kept, func(k *cloud.Record) bool { return k.ID == r.ID }) {
			continue
		}
		if err := w.actor.Delete(w.ctx(), vpclattice.ListenerRule, r.ID); err != nil {
			return err
		}
	}
	return w.order(l, kept)
}

func (w *worker) ensureRule(m *model, s, l *cloud.Record, rule *modelRule, have, kept []*cloud.Record) (*cloud.Record, error) {
	inputs := cloud.Props{"match": cloud.Props{"httpMatch": rule.Match}, "action": rule.action()}
	at := slices.IndexFunc(have, func(r *cloud.Record) bool {
		used := slices.ContainsFunc(kept, func(k *cloud.Record) bool { return k.ID == r.ID })
		return !used && matchKey(cloud.Lookup(r.State, "match.httpMatch")) == matchKey(rule.Match)
	})
	if at >= 0 {
		r := have[at]
		if err := w.look("vpc-lattice:GetRule", ec2.Text(r.State, "arn")); err != nil {
			return nil, err
		}
		if err := w.takeTag(m, r); err != nil {
			return nil, err
		}
		r = w.actor.Get(vpclattice.ListenerRule, r.ID)
		now := cloud.Given(r.Inputs)
		now["action"] = inputs["action"]
		return r, w.actor.Update(w.ctx(), r, now)
	}
	inputs["serviceIdentifier"], inputs["listenerIdentifier"] = s.ID, ec2.Text(l.State, "listenerId")
	inputs["name"] = fmt.Sprintf("k8s-%s-%s", truncate(m.tags[tagRoute], 40), letters(matchKey(rule.Match)))
	inputs["priority"], inputs["tags"] = float64(free(append(have, kept...), len(kept)+1)), cloud.Props{managedBy: w.owner()}
	return w.actor.Create(w.ctx(), vpclattice.ListenerRule, l.ID+"/"+fmt.Sprint(inputs["name"]), inputs)
}

// matchKey is a match as text, to compare by.
func matchKey(match any) string {
	p, _ := match.(map[string]any)
	headers, _ := p["headerMatches"].([]any)
	out := fmt.Sprint(ec2.Text(p, "method"), " =", ec2.Text(p, "pathMatch.match.exact"), " ^", ec2.Text(p, "pathMatch.match.prefix"))
	for i := range headers {
		at := fmt.Sprintf("headerMatches[%d].", i)
		out += fmt.Sprint(" ", ec2.Text(p, at+"name"), "=", ec2.Text(p, at+"match.exact"))
	}
	return out
}

// free is a priority that no rule has, the wanted one if it can be.
func free(rules []*cloud.Record, wanted int) int {
	taken := map[int]bool{}
	for _, r := range rules {
		taken[ec2.Number(r.State, "priority")] = true
	}
	if !taken[wanted] {
		return wanted
	}
	n := 1
	for taken[n] {
		n++
	}
	return n
}

// order gives the rules their priorities, all at once, when one has another.
func (w *worker) order(l *cloud.Record, rules []*cloud.Record) error {
	wanted, differs := map[string]int{}, false
	for i, r := range rules {
		wanted[r.ID] = i + 1
		differs = differs || ec2.Number(r.State, "priority") != i+1
	}
	if !differs {
		return nil
	}
	return w.actor.Do(w.ctx(), "vpc-lattice:BatchUpdateRule", ec2.Text(l.State, "arn"), func(c *cloud.Call) error {
		return vpclattice.SetPriorities(c, l, wanted)
	})
}
