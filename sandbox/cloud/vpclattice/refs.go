package vpclattice

import "retail/sandbox/cloud"

// named are the references of a property that holds an ID or an ARN: calls come
// after what they name. The service's own code tells what is missing, what another
// account did not share, and what holds what.
func named(path, token string) []cloud.Ref {
	anything := func(string) bool { return true }
	return []cloud.Ref{
		{Path: path, To: []string{token}, Loose: anything},
		{Path: path, To: []string{token}, By: "arn", Loose: anything, Shared: true},
	}
}
