package cloudwatch

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"retail/sandbox/cloud"
)

func dashboardSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:  Dashboard,
		Global: true, // "Dashboards are global" (User Guide)
		API: cloud.API{Create: "cloudwatch:PutDashboard", Read: "cloudwatch:GetDashboard",
			Update: "cloudwatch:PutDashboard", Delete: "cloudwatch:DeleteDashboards"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Check:   []func(*cloud.Call) error{checkDashboard},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("dashboardName")
			if before := c.Get(Dashboard, c.ID); before != nil {
				c.Remove(before) // PutDashboard overwrites
			}
			c.State["dashboardArn"] = c.GlobalARN("cloudwatch", "dashboard/"+c.ID)
			return putDashboard(c)
		},
		Update: putDashboard,
	}
}

var dashboardName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

// checkDashboard is what pulumi-aws validates itself.
func checkDashboard(c *cloud.Call) error {
	if name := c.Str("dashboardName"); name != "" && !dashboardName.MatchString(name) {
		return c.Invalid("dashboardName", "must have 1 to 255 letters, digits, hyphens and underscores, got %q", name)
	}
	if body := c.Str("dashboardBody"); body != "" && !json.Valid([]byte(body)) {
		return c.Invalid("dashboardBody", "contains an invalid JSON")
	}
	return nil
}

var widgets = []string{"alarm", "custom", "explorer", "log", "metric", "text"}

// putDashboard validates the body (API Reference, "Dashboard body structure and
// syntax").
func putDashboard(c *cloud.Call) error {
	var body struct {
		Widgets []struct {
			Type          string
			Width, Height *int
			Properties    map[string]any
		}
	}
	invalid := func(at int, text string) error {
		return c.Fail("InvalidParameterInput", "The dashboard body is invalid, there are 1 validation errors: /widgets/%d%s", at, text)
	}
	if err := json.Unmarshal([]byte(c.Str("dashboardBody")), &body); err != nil {
		return c.Fail("InvalidParameterInput", "The field DashboardBody must be a valid JSON object (%s)", err)
	}
	if len(body.Widgets) > 500 {
		return c.Fail("InvalidParameterInput", "A dashboard has at most 500 widgets, got %d", len(body.Widgets))
	}
	for i, w := range body.Widgets {
		size := func(name string, value *int, most int) error {
			if value != nil && (*value < 1 || *value > most) {
				return invalid(i, fmt.Sprintf("/%s must be from 1 to %d", name, most))
			}
			return nil
		}
		if err := size("width", w.Width, 24); err != nil {
			return err
		}
		if err := size("height", w.Height, 1000); err != nil {
			return err
		}
		switch {
		case !slices.Contains(widgets, w.Type):
			return invalid(i, fmt.Sprintf("/type must be one of %v", widgets))
		case w.Properties == nil:
			return invalid(i, " must have the property 'properties'")
		case w.Type == "metric" && w.Properties["region"] == nil:
			return invalid(i, "/properties must have the property 'region'")
		case w.Type == "text" && w.Properties["markdown"] == nil:
			return invalid(i, "/properties must have the property 'markdown'")
		case w.Type == "alarm" && w.Properties["alarms"] == nil:
			return invalid(i, "/properties must have the property 'alarms'")
		}
	}
	return nil
}
