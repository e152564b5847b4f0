package cloudwatch

import (
	"fmt"
	"regexp"
	"strings"

	"retail/sandbox/cloud"
)

// rule is a composite alarm's rule as a tree. Op is AND, OR, NOT, TRUE, FALSE,
// or a state, which the alarm of the given name must be in.
type rule struct {
	op    string
	parts []*rule
	alarm string
}

// holds evaluates the rule for the present states.
func (r *rule) holds(c *cloud.Call) bool {
	switch r.op {
	case "TRUE", "FALSE":
		return r.op == "TRUE"
	case "NOT":
		return !r.parts[0].holds(c)
	case "AND":
		return r.parts[0].holds(c) && r.parts[1].holds(c)
	case "OR":
		return r.parts[0].holds(c) || r.parts[1].holds(c)
	}
	state, _, ok := State(c, r.alarm)
	return ok && state == r.op
}

// alarms adds the names of the alarms that the rule names.
func (r *rule) alarms(to []string) []string {
	if r.alarm != "" {
		to = append(to, r.alarm)
	}
	for _, part := range r.parts {
		to = part.alarms(to)
	}
	return to
}

// ruleToken cuts a rule into names in quotes, brackets and words.
var ruleToken = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+`)

// parser reads a rule (API Reference, PutCompositeAlarm, AlarmRule): NOT binds
// closer than AND, AND closer than OR.
type parser struct{ tokens []string }

func parseRule(text string) (*rule, error) {
	p := &parser{ruleToken.FindAllString(text, -1)}
	r, err := p.chain("OR")
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("unexpected %q", p.tokens[0])
	}
	return r, err
}

func (p *parser) take() string {
	if len(p.tokens) == 0 {
		return ""
	}
	next := p.tokens[0]
	p.tokens = p.tokens[1:]
	return next
}

func (p *parser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

// chain reads terms that AND or OR joins.
func (p *parser) chain(op string) (*rule, error) {
	term := p.term
	if op == "OR" {
		term = func() (*rule, error) { return p.chain("AND") }
	}
	left, err := term()
	for err == nil && p.next() == op {
		p.take()
		var right *rule
		if right, err = term(); err == nil {
			left = &rule{op: op, parts: []*rule{left, right}}
		}
	}
	return left, err
}

func (p *parser) term() (*rule, error) {
	switch word := p.take(); word {
	case "":
		return nil, fmt.Errorf("the rule ends where an alarm's state is expected")
	case "NOT":
		part, err := p.term()
		return &rule{op: word, parts: []*rule{part}}, err
	case "TRUE", "FALSE":
		return &rule{op: word}, nil
	case "(":
		inner, err := p.chain("OR")
		return inner, p.closed(err)
	case Alarm, OK, InsufficientData:
		if p.take() != "(" {
			return nil, fmt.Errorf("%s needs an alarm in brackets", word)
		}
		name := strings.Trim(p.take(), `"`)
		if name == "" || name == "(" || name == ")" {
			return nil, fmt.Errorf("%s needs an alarm in brackets", word)
		}
		return &rule{op: word, alarm: name}, p.closed(nil)
	default:
		return nil, fmt.Errorf("%q is neither ALARM, OK, INSUFFICIENT_DATA, TRUE, FALSE nor NOT", word)
	}
}

// closed takes a closing bracket.
func (p *parser) closed(err error) error {
	if err == nil && p.take() != ")" {
		return fmt.Errorf("a bracket is not closed")
	}
	return err
}
