package recovery

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Made is a resource that exists and the URN that made it. On a real AWS its
// tags tell as much.
type Made struct{ URN, ID string }

// Lost are the resources that a stack has made and does not know: AWS did what
// it was asked, its answer was lost, and asking again ended in an error (the
// name is taken) or in a second resource. Nobody has learned their IDs, so that
// nothing rests on them and they can be deleted. The export is what
// `pulumi stack export` prints.
func Lost(export []byte, stack string, made []Made) ([]Made, error) {
	var document struct {
		Deployment struct {
			Resources []Made `json:"resources"`
		} `json:"deployment"`
	}
	if err := json.Unmarshal(export, &document); err != nil {
		return nil, fmt.Errorf("the stack's state: %w", err)
	}
	known := map[Made]bool{}
	for _, r := range document.Deployment.Resources {
		known[r] = true
	}
	var lost []Made
	for _, m := range made {
		if strings.HasPrefix(m.URN, "urn:pulumi:"+stack+"::") && !known[m] {
			lost = append(lost, m)
		}
	}
	return lost, nil
}
