package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"retail/sandbox/facts/internal/table"
)

// The two forms in which the SDK's documentation gives limits that can be read
// without guessing: all values in one pair of backquotes, and a closed range.
var (
	valuesForm = regexp.MustCompile("Valid values are `([^`]*\\|[^`]*)`")
	rangeForm  = regexp.MustCompile("Valid value is between `(\\d+)` and `(\\d+)`")
)

// documented are the limits that a field's documentation gives.
func documented(kind, doc string) []table.Rule {
	var rules []table.Rule
	element, list := strings.CutPrefix(kind, "[]")
	if found := valuesForm.FindStringSubmatch(doc); found != nil && element != "bool" {
		rule := table.Rule{From: "sdk"}
		if list {
			rule.On = "items"
		}
		for value := range strings.SplitSeq(found[1], "|") {
			rule.Enum = append(rule.Enum, strings.TrimSpace(value))
		}
		slices.Sort(rule.Enum)
		rules = append(rules, rule)
	}
	if found := rangeForm.FindStringSubmatch(doc); found != nil && kind == "integer" {
		low, _ := strconv.ParseFloat(found[1], 64) // digits only
		high, _ := strconv.ParseFloat(found[2], 64)
		rules = append(rules, table.Rule{From: "sdk", Min: &low, Max: &high})
	}
	return rules
}
