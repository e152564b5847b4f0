package amp

import (
	"errors"
	"fmt"
	"regexp"

	"sigs.k8s.io/yaml"
)

// durationForm is a duration of Prometheus's (Prometheus, "Configuration", <duration>).
var durationForm = regexp.MustCompile(`^((\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?|0)$`)

// labelForm is the name of a label (Prometheus, "Data model").
var labelForm = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// checkRules holds the form of a rules' file. Fields that Prometheus does not know are
// refused, as it refuses them.
func checkRules(text string) error {
	var file struct {
		Groups []struct {
			Name          string `json:"name"`
			Interval      string `json:"interval"`
			Limit         int    `json:"limit"`
			QueryOffset   string `json:"query_offset"`
			Rules         []rule `json:"rules"`
			PartialAnswer string `json:"partial_response_strategy"`
		} `json:"groups"`
	}
	if err := yaml.UnmarshalStrict([]byte(text), &file); err != nil {
		return err
	}
	if len(file.Groups) == 0 {
		return errors.New("there are no groups")
	}
	seen := map[string]bool{}
	for _, group := range file.Groups {
		switch {
		case group.Name == "" || seen[group.Name]:
			return fmt.Errorf("groupname: %q is empty or repeated in the same file", group.Name)
		case !durationForm.MatchString(group.Interval):
			return fmt.Errorf("group %s: interval: not a valid duration string: %q", group.Name, group.Interval)
		case len(group.Rules) == 0:
			return fmt.Errorf("group %s: has no rules", group.Name)
		}
		seen[group.Name] = true
		for i, one := range group.Rules {
			if err := one.check(); err != nil {
				return fmt.Errorf("group %s, rule %d: %w", group.Name, i, err)
			}
		}
	}
	return nil
}

type rule struct {
	Record        string            `json:"record"`
	Alert         string            `json:"alert"`
	Expr          string            `json:"expr"`
	For           string            `json:"for"`
	KeepFiringFor string            `json:"keep_firing_for"`
	Labels        map[string]string `json:"labels"`
	Annotations   map[string]string `json:"annotations"`
}

func (r rule) check() error {
	switch {
	case (r.Record == "") == (r.Alert == ""):
		return errors.New("one of 'record' or 'alert' must be set, and only one")
	case r.Expr == "":
		return errors.New("field 'expr' must be set in rule")
	case r.Record != "" && (len(r.Annotations) > 0 || r.For != ""):
		return errors.New("invalid field 'annotations' or 'for' in recording rule")
	case !durationForm.MatchString(r.For) || !durationForm.MatchString(r.KeepFiringFor):
		return fmt.Errorf("not a valid duration string: %q", r.For+r.KeepFiringFor)
	}
	for name := range r.Labels {
		if !labelForm.MatchString(name) {
			return fmt.Errorf("invalid label name: %s", name)
		}
	}
	for name := range r.Annotations {
		if !labelForm.MatchString(name) {
			return fmt.Errorf("invalid annotation name: %s", name)
		}
	}
	return nil
}

// definition is an alert manager definition: a text within a text.
type definition struct {
	Config    string            `json:"alertmanager_config"`
	Templates map[string]string `json:"template_files"`
}

// checkDefinition holds what the service takes: routes to receivers that there are, and
// receivers of SNS alone, each with a Region to sign for (User Guide, "Specifying your
// Amazon SNS topic in the alert manager configuration file").
func checkDefinition(text string) error {
	var d definition
	if err := yaml.UnmarshalStrict([]byte(text), &d); err != nil {
		return err
	}
	var config struct {
		Templates []string       `json:"templates"`
		Route     map[string]any `json:"route"`
		Receivers []struct {
			Name string `json:"name"`
			SNS  []struct {
				Topic        string            `json:"topic_arn"`
				Subject      string            `json:"subject"`
				Message      string            `json:"message"`
				SendResolved *bool             `json:"send_resolved"`
				Attributes   map[string]string `json:"attributes"`
				SigV4        struct {
					Region  string `json:"region"`
					RoleARN string `json:"role_arn"`
				} `json:"sigv4"`
			} `json:"sns_configs"`
		} `json:"receivers"`
		InhibitRules []map[string]any `json:"inhibit_rules"`
	}
	if err := yaml.UnmarshalStrict([]byte(d.Config), &config); err != nil {
		return fmt.Errorf("alertmanager_config: %w", err)
	}
	known := map[string]bool{}
	for _, receiver := range config.Receivers {
		known[receiver.Name] = true
		for _, topic := range receiver.SNS {
			if topic.Topic == "" || topic.SigV4.Region == "" {
				return fmt.Errorf("receiver %s: topic_arn and sigv4.region are required", receiver.Name)
			}
		}
	}
	return checkRoute(config.Route, known)
}

func checkRoute(route map[string]any, receivers map[string]bool) error {
	name, _ := route["receiver"].(string)
	if !receivers[name] {
		return fmt.Errorf("undefined receiver %q used in route", name)
	}
	for _, key := range []string{"group_wait", "group_interval", "repeat_interval"} {
		if text, _ := route[key].(string); !durationForm.MatchString(text) {
			return fmt.Errorf("%s: not a valid duration string: %q", key, text)
		}
	}
	return nil
}
