package glue

import (
	"regexp"
	"strings"

	"retail/sandbox/cloud"
)

// regexSerDe reads lines by a pattern (Athena User Guide, "Regex SerDe").
const regexSerDe = "org.apache.hadoop.hive.serde2.RegexSerDe"

// moment is one end of a range of dates that is relative to now (Athena User Guide,
// "Supported types for partition projection", Date type).
var moment = regexp.MustCompile(`^\s*NOW\s*([+-]\s*[0-9]+\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?\s*)?$`)

// readable holds what Athena needs to read a table. Other kinds of projection than by date
// are refused, as nothing here knows them.
func readable(c *cloud.Call) error {
	parameters, _ := c.Any("parameters").(map[string]any)
	if text(parameters, "projection.enabled") == "true" {
		if err := projected(c, parameters); err != nil {
			return err
		}
	}
	if c.Str("storageDescriptor.serDeInfo.serializationLibrary") != regexSerDe {
		return nil
	}
	settings, _ := c.Any("storageDescriptor.serDeInfo.parameters").(map[string]any)
	pattern, err := regexp.Compile(text(settings, "input.regex"))
	if err != nil || pattern.NumSubexp() == 0 {
		return c.Fail("InvalidInputException", "RegexSerDe needs input.regex with a group for each column: %v", err)
	}
	if columns, _ := c.Any("storageDescriptor.columns").([]any); pattern.NumSubexp() < len(columns) {
		return c.Fail("InvalidInputException", "Number of matching groups doesn't match the number of columns: %d groups, %d columns",
			pattern.NumSubexp(), len(columns))
	}
	return nil
}

// projected holds the rules of partition projection: each partition key has its type and
// range, and a place in the location's template ("Set up partition projection").
func projected(c *cloud.Call, parameters map[string]any) error {
	keys, _ := c.Any("partitionKeys").([]any)
	if len(keys) == 0 {
		return c.Fail("InvalidInputException", "Table is configured for partition projection, but is not partitioned")
	}
	for _, one := range keys {
		key, _ := one.(map[string]any)
		name := text(key, "name")
		property := "projection." + name + "."
		if kind := text(parameters, property+"type"); kind != "date" {
			return c.Fail("InvalidInputException", "Table is configured for partition projection, but %stype is %q: only date is simulated", property, kind)
		}
		if text(parameters, property+"format") == "" {
			return c.Fail("InvalidInputException", "Table is configured for partition projection, but the following partition columns are missing projection configuration: %s", name)
		}
		from, to, _ := strings.Cut(text(parameters, property+"range"), ",")
		if !moment.MatchString(from) || !moment.MatchString(to) {
			return c.Fail("InvalidInputException", "%srange must be two moments relative to NOW: %q: other dates are not simulated", property, from+","+to)
		}
		if template := text(parameters, "storage.location.template"); template != "" && !strings.Contains(template, "${"+name+"}") {
			return c.Fail("InvalidInputException", "storage.location.template does not contain ${%s}", name)
		}
	}
	return nil
}

func text(of map[string]any, key string) string {
	value, _ := of[key].(string)
	return value
}
