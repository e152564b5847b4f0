package vpclattice

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Statuses of a target (TargetSummary, API Reference).
const (
	Initial     = "INITIAL"     // not checked yet
	Healthy     = "HEALTHY"     //
	Unhealthy   = "UNHEALTHY"   //
	Unused      = "UNUSED"      // no service names the group
	Draining    = "DRAINING"    // being deregistered; not simulated
	Unavailable = "UNAVAILABLE" // the group has no health checks
)

// TargetHealth is a target and its status.
type TargetHealth struct {
	Target Target
	Status string
	// Reason is the reason code; empty where AWS gives none.
	Reason string
}

// Takes tells whether requests go to the target: a healthy one, or one of a group
// without health checks, whose targets all count as able.
func (h TargetHealth) Takes() bool { return h.Status == Healthy || h.Status == Unavailable }

// SetHealth says how a target is, as its health checks find it: Initial, Healthy or
// Unhealthy. Errors: ResourceNotFoundException, and ValidationException for another
// status or a target that is not registered.
func SetHealth(c *cloud.Call, identifier string, t Target, status, reason string) error {
	group, err := TargetGroupOf(c, identifier)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{Initial, Healthy, Unhealthy}, status) {
		return invalid("status", "'%s' is no result of a health check", status)
	}
	t = withPort(group, t)
	a := c.Get(Attachment, attachmentID(group, t))
	if a == nil {
		return invalid("targets", "Target %s is not registered", t)
	}
	a.State["health"] = cloud.Props{"status": status, "reason": reason}
	c.Save(a)
	return nil
}

// Health is how the targets of a group are, by ID. A group that does not exist has
// no targets.
func Health(c *cloud.Call, group *cloud.Record) []TargetHealth {
	if group == nil {
		return nil
	}
	used := len(UsedBy(c, group)) > 0
	checked, _ := cloud.Lookup(group.State, "config.healthCheck.enabled").(bool)
	var out []TargetHealth
	for _, a := range attachments(c, group.ID) {
		h := TargetHealth{Target: Target{ID: text(a.State, "target.id"), Port: ec2.Number(a.State, "target.port")}, Status: Initial}
		switch status := text(a.State, "health.status"); {
		case !used:
			h.Status = Unused
		case !checked:
			h.Status = Unavailable
		case status != "":
			h.Status, h.Reason = status, text(a.State, "health.reason")
		}
		out = append(out, h)
	}
	return out
}
