package policy

import "strings"

// Match tells whether a value fits a pattern of IAM: * is any run of
// characters, ? any one character.
func Match(pattern, value string) bool {
	// Backtrack to the last star only: enough for this grammar, and linear.
	p, v, star, mark := 0, 0, -1, 0
	for v < len(value) {
		switch {
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v] && pattern[p] != '*'):
			p, v = p+1, v+1
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, v
			p++
		case star >= 0:
			mark++
			p, v = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// MatchFold is Match without regard to case, as IAM compares actions.
func MatchFold(pattern, value string) bool {
	return Match(strings.ToLower(pattern), strings.ToLower(value))
}
