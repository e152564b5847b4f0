// Package metricmath evaluates CloudWatch's metric math, as far as alarms here use it
// ("Using math expressions with CloudWatch metrics", CloudWatch User Guide): arithmetic,
// comparison, AND and OR, and the functions of the table in functions.go. Other functions
// are refused by name.
package metricmath

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Expression is a parsed expression.
type Expression struct{ root *node }

// node is an operation on its parts, a number, an identifier or a list.
type node struct {
	op    string // "number", "id", "list", "call", or an operator; "neg" is a sign
	name  string // of an identifier or function
	value float64
	parts []*node
}

var token = regexp.MustCompile(`\s*(?:(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|<=|>=|&&|\|\||[-+*/^<>()\[\],]))`)

// levels are the operators, from those that bind loosest.
var levels = [][]string{{"OR", "||"}, {"AND", "&&"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}}

type parser struct{ tokens []string }

// Parse reads an expression.
func Parse(text string) (*Expression, error) {
	p := &parser{}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		at := token.FindStringIndex(rest)
		if at == nil || at[0] != 0 {
			return nil, fmt.Errorf("unexpected %q", rest[:1])
		}
		p.tokens = append(p.tokens, strings.TrimSpace(rest[:at[1]]))
		rest = rest[at[1]:]
	}
	root, err := p.level(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("unexpected %q", p.tokens[0])
	}
	if err != nil {
		return nil, err
	}
	return &Expression{root}, nil
}

func (p *parser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) take() string {
	next := p.next()
	if next != "" {
		p.tokens = p.tokens[1:]
	}
	return next
}

func (p *parser) want(token string) error {
	if got := p.take(); got != token {
		return fmt.Errorf("expected %q, got %q", token, got)
	}
	return nil
}

// level reads operations of one level and of those that bind closer.
func (p *parser) level(n int) (*node, error) {
	if n == len(levels) {
		return p.sign()
	}
	left, err := p.level(n + 1)
	for err == nil && contains(levels[n], p.next()) {
		op := map[string]string{"||": "OR", "&&": "AND"}[p.next()]
		if taken := p.take(); op == "" {
			op = taken
		}
		var right *node
		if right, err = p.level(n + 1); err == nil {
			left = &node{op: op, parts: []*node{left, right}}
		}
	}
	return left, err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sign reads a negated term or a power, which binds closer.
func (p *parser) sign() (*node, error) {
	if p.next() == "-" {
		p.take()
		part, err := p.sign()
		return &node{op: "neg", parts: []*node{part}}, err
	}
	base, err := p.term()
	if err != nil || p.next() != "^" {
		return base, err
	}
	p.take()
	power, err := p.sign()
	return &node{op: "^", parts: []*node{base, power}}, err
}

func (p *parser) term() (*node, error) {
	switch t := p.take(); {
	case t == "":
		return nil, fmt.Errorf("it ends where a value is expected")
	case t == "(":
		inner, err := p.level(0)
		if err == nil {
			err = p.want(")")
		}
		return inner, err
	case t == "[":
		parts, err := p.list("]")
		return &node{op: "list", parts: parts}, err
	case t[0] >= '0' && t[0] <= '9' || t[0] == '.':
		value, err := strconv.ParseFloat(t, 64)
		return &node{op: "number", value: value}, err
	case p.next() == "(":
		p.take()
		parts, err := p.list(")")
		if err == nil {
			err = checkCall(t, parts)
		}
		return &node{op: "call", name: t, parts: parts}, err
	case strings.ContainsAny(t[:1], "abcdefghijklmnopqrstuvwxyz"):
		return &node{op: "id", name: t}, nil
	default:
		return nil, fmt.Errorf("unexpected %q", t)
	}
}

// list reads expressions between commas up to a closing bracket.
func (p *parser) list(end string) ([]*node, error) {
	var out []*node
	for {
		part, err := p.level(0)
		if err != nil {
			return nil, err
		}
		out = append(out, part)
		switch t := p.take(); t {
		case ",":
		case end:
			return out, nil
		default:
			return nil, fmt.Errorf("expected \",\" or %q, got %q", end, t)
		}
	}
}
