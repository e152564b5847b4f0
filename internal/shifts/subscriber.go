package shifts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"retail/internal/problem"
)

// Subscriber is who is told.
type Subscriber struct {
	// Protocol is "email" (which its reader must confirm), "https" or "sqs".
	Protocol string
	// Endpoint is the address, URL or queue's ARN.
	Endpoint string
}

// protocols are the protocols of subscribers and the form of their endpoints.
var protocols = map[string]*regexp.Regexp{
	"email": regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`),
	"https": regexp.MustCompile(`^https://[^\s@]+$`),
	"sqs":   regexp.MustCompile(`^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,80}$`),
}

// Validate checks a subscriber's protocol and the form of its endpoint.
func (s Subscriber) Validate() error {
	var problems problem.List
	switch form, known := protocols[s.Protocol]; {
	case !known:
		problems.Add("protocol", fmt.Sprintf("must be one of %v", slices.Sorted(maps.Keys(protocols))), fmt.Sprintf("%q", s.Protocol), "choose one of them")
	case !form.MatchString(s.Endpoint):
		problems.Add("endpoint", "must be an endpoint of "+s.Protocol, fmt.Sprintf("%q", s.Endpoint),
			"give an address for email, a URL without credentials for https, a queue's ARN for sqs")
	}
	return problems.Err()
}
