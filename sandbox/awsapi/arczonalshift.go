package awsapi

import (
	"strings"

	"retail/sandbox/cloud"
	arc "retail/sandbox/cloud/arczonalshift"
)

// Parameters that several operations have.
const (
	resourceIdentifier = "resourceIdentifier"
	zonalShiftID       = "zonalShiftId"
)

var practiceParameters = []string{resourceIdentifier, "outcomeAlarms", "blockingAlarms", "blockedDates", "blockedWindows", "allowedWindows"}

var arcOperations = []*operation{
	{name: "StartZonalShift", route: "POST /zonalshifts", writes: true, status: 201, on: onResource, do: startZonalShift,
		takes: []string{resourceIdentifier, "awayFrom", "expiresIn", "comment"}, needs: []string{resourceIdentifier, "awayFrom", "expiresIn"}},
	{name: "UpdateZonalShift", route: "PATCH /zonalshifts/{zonalShiftId}", writes: true, on: onShift, do: updateZonalShift,
		takes: []string{zonalShiftID, "expiresIn", "comment"}},
	{name: "CancelZonalShift", route: "DELETE /zonalshifts/{zonalShiftId}", writes: true, on: onShift, takes: []string{zonalShiftID},
		do: func(c *call) (object, error) { return shifted(arc.Cancel(c.Call, c.text(zonalShiftID))) }},
	{name: "ListZonalShifts", route: "GET /zonalshifts", do: listZonalShifts,
		takes: []string{resourceIdentifier, "status", "maxResults", "nextToken"}},
	{name: "GetManagedResource", route: "GET /managedresources/{resourceIdentifier}", on: onResource, takes: []string{resourceIdentifier},
		do: getManagedResource},
	{name: "ListManagedResources", route: "GET /managedresources", takes: []string{"maxResults", "nextToken"}, do: listManagedResources},
	{name: "UpdateZonalAutoshiftConfiguration", route: "PUT /managedresources/{resourceIdentifier}", writes: true, on: onResource,
		takes: []string{resourceIdentifier, "zonalAutoshiftStatus"}, do: updateAutoshift},
	{name: "ListAutoshifts", route: "GET /autoshifts", takes: []string{"status", "maxResults", "nextToken"}, do: listAutoshifts},
	{name: "CreatePracticeRunConfiguration", route: "POST /configuration", writes: true, status: 201, on: onResource, takes: practiceParameters,
		do: func(c *call) (object, error) {
			return configured(arc.CreatePracticeRunConfiguration(c.Call, c.text(resourceIdentifier), c.practice(), ""))
		}},
	{name: "UpdatePracticeRunConfiguration", route: "PATCH /configuration/{resourceIdentifier}", writes: true, on: onResource, takes: practiceParameters,
		do: func(c *call) (object, error) {
			return configured(arc.UpdatePracticeRunConfiguration(c.Call, c.text(resourceIdentifier), c.practice()))
		}},
	{name: "DeletePracticeRunConfiguration", route: "DELETE /configuration/{resourceIdentifier}", writes: true, on: onResource,
		takes: []string{resourceIdentifier}, do: func(c *call) (object, error) {
			return configured(arc.DeletePracticeRunConfiguration(c.Call, c.text(resourceIdentifier)))
		}},
	{name: "StartPracticeRun", route: "POST /practiceruns", writes: true, on: onResource, takes: []string{resourceIdentifier, "awayFrom", "comment"},
		do: func(c *call) (object, error) {
			return shifted(arc.StartPracticeRun(c.Call, arc.StartInput{ResourceIdentifier: c.text(resourceIdentifier), AwayFrom: c.text("awayFrom"), Comment: c.text("comment")}))
		}},
	{name: "CancelPracticeRun", route: "DELETE /practiceruns/{zonalShiftId}", writes: true, on: onShift, takes: []string{zonalShiftID},
		do: func(c *call) (object, error) { return shifted(arc.CancelPracticeRun(c.Call, c.text(zonalShiftID))) }},
	{name: "GetAutoshiftObserverNotificationStatus", route: "GET /autoshift-observer-notification",
		do: func(c *call) (object, error) { return object{"status": arc.ObserverStatus(c.Call)}, nil }},
	{name: "UpdateAutoshiftObserverNotificationStatus", route: "PUT /autoshift-observer-notification", writes: true, takes: []string{"status"},
		do: func(c *call) (object, error) {
			return object{"status": c.text("status")}, arc.SetObserverStatus(c.Call, c.text("status"))
		}},
}

// onResource is what IAM is asked about: load balancers are resources of the
// service's actions, EKS clusters are told by the condition key only (Service
// Authorization Reference, "ARC Zonal Shift").
func onResource(_ *cloud.Call, in object) (string, map[string]string) {
	arn, _ := in[resourceIdentifier].(string)
	return about(arn)
}

func about(arn string) (string, map[string]string) {
	resource := "*"
	if strings.Contains(arn, ":elasticloadbalancing:") {
		resource = arn
	}
	return resource, map[string]string{"arc-zonal-shift:ResourceIdentifier": arn}
}

// onShift asks about the resource that a shift is of.
func onShift(c *cloud.Call, in object) (string, map[string]string) {
	id, _ := in[zonalShiftID].(string)
	if r := c.Get(arc.ZonalShift, id); r != nil {
		return about(str(r.State, resourceIdentifier))
	}
	return about("")
}

func startZonalShift(c *call) (object, error) {
	return shifted(arc.Start(c.Call, arc.StartInput{ResourceIdentifier: c.text(resourceIdentifier), AwayFrom: c.text("awayFrom"),
		ExpiresIn: c.text("expiresIn"), Comment: c.text("comment")}))
}

func updateZonalShift(c *call) (object, error) {
	var in arc.UpdateInput
	for name, into := range map[string]**string{"expiresIn": &in.ExpiresIn, "comment": &in.Comment} {
		if v, is := c.in[name].(string); is {
			*into = &v
		}
	}
	return shifted(arc.Update(c.Call, c.text(zonalShiftID), in))
}

// shifted is a shift as the operations on one answer with it.
func shifted(s arc.Shift, err error) (object, error) {
	return object{zonalShiftID: s.ID, resourceIdentifier: s.ResourceIdentifier, "awayFrom": s.AwayFrom, "expiryTime": s.ExpiryTime,
		"startTime": s.StartTime, "status": s.Status, "comment": s.Comment}, err
}

func listZonalShifts(c *call) (object, error) {
	shifts, err := arc.List(c.Call, arc.ListInput{Status: c.text("status"), ResourceIdentifier: c.text(resourceIdentifier)})
	if err != nil {
		return nil, err
	}
	var all []any
	for _, s := range shifts {
		one, _ := shifted(s, nil)
		one["shiftType"], one["practiceRunOutcome"] = s.Type, s.PracticeRunOutcome
		all = append(all, given(one))
	}
	return c.items(all)
}

// items is a page of a list as ARC answers with it.
func (c *call) items(all []any) (object, error) {
	some, next, err := page(c, all, c.number("maxResults"), c.text("nextToken"), "ValidationException")
	if some == nil {
		some = []any{}
	}
	return given(object{"items": some, "nextToken": next}), err
}

func getManagedResource(c *call) (object, error) {
	m, err := arc.GetManagedResource(c.Call, c.text(resourceIdentifier))
	if err != nil {
		return nil, err
	}
	out := managed(m)
	delete(out, "availabilityZones")
	delete(out, "practiceRunStatus")
	if m.Practice != nil {
		out["practiceRunConfiguration"] = practiceRun(*m.Practice)
	}
	return out, nil
}

func listManagedResources(c *call) (object, error) {
	var all []any
	for _, m := range arc.ListManagedResources(c.Call) {
		all = append(all, managed(m))
	}
	return c.items(all)
}

func managed(m arc.ManagedResource) object {
	weights, shifts, autoshifts := object{}, []any{}, []any{}
	for zone, w := range m.AppliedWeights {
		weights[zone] = w
	}
	for _, s := range m.Shifts {
		shifts = append(shifts, given(object{"appliedStatus": s.AppliedStatus, zonalShiftID: s.ID, resourceIdentifier: s.ResourceIdentifier,
			"awayFrom": s.AwayFrom, "expiryTime": s.ExpiryTime, "startTime": s.StartTime, "shiftType": s.Type,
			"practiceRunOutcome": s.PracticeRunOutcome}))
		shifts[len(shifts)-1].(object)["comment"] = s.Comment // it may be empty
	}
	for _, a := range m.Autoshifts {
		autoshifts = append(autoshifts, object{"appliedStatus": a.AppliedStatus, "awayFrom": a.AwayFrom, "startTime": a.StartTime})
	}
	return object{"arn": m.ARN, "name": m.Name, "availabilityZones": list(m.AvailabilityZones), "appliedWeights": weights,
		"zonalShifts": shifts, "autoshifts": autoshifts, "zonalAutoshiftStatus": m.ZonalAutoshiftStatus,
		"practiceRunStatus": m.PracticeRunStatus}
}

func listAutoshifts(c *call) (object, error) {
	shifts, err := arc.ListAutoshifts(c.Call, c.text("status"))
	if err != nil {
		return nil, err
	}
	var all []any
	for _, a := range shifts {
		one := object{"awayFrom": a.AwayFrom, "startTime": a.StartTime, "status": a.Status}
		if !a.EndTime.IsZero() {
			one["endTime"] = a.EndTime
		}
		all = append(all, one)
	}
	return c.items(all)
}

func updateAutoshift(c *call) (object, error) {
	out, err := arc.UpdateZonalAutoshiftConfiguration(c.Call, c.text(resourceIdentifier), c.text("zonalAutoshiftStatus"))
	return object{resourceIdentifier: out.ARN, "zonalAutoshiftStatus": out.ZonalAutoshiftStatus}, err
}
