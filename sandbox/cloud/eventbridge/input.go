package eventbridge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

var (
	topicForm = regexp.MustCompile(`^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$`)
	// pathForm are the JSON paths that are followed: members by name.
	pathForm = regexp.MustCompile(`^\$(\.[A-Za-z0-9_-]+)+$`)
	holder   = regexp.MustCompile(`<([A-Za-z0-9_.-]+)>`)
)

// checkTransformer holds an input transformer to what PutTargets takes: paths that are
// followed, and a template that names no other than these and EventBridge's own.
func checkTransformer(c *cloud.Call) error {
	paths, _ := c.Any("inputTransformer.inputPaths").(map[string]any)
	for name, v := range paths {
		if path, known := v.(string); known && !pathForm.MatchString(path) {
			return c.Invalid("inputTransformer.inputPaths."+name, "path %q is not followed, only $.name.name is: extend sandbox/cloud/eventbridge/input.go", path)
		}
	}
	for _, m := range holder.FindAllStringSubmatch(c.Str("inputTransformer.inputTemplate"), -1) {
		if paths[m[1]] == nil && !strings.HasPrefix(m[1], "aws.events.") {
			return c.Invalid("inputTransformer.inputTemplate", "Invalid InputTemplate for target: no input path is called %s", m[1])
		}
	}
	return nil
}

// input is what a target gets of an event: the event, a constant, or the template filled
// in ("Amazon EventBridge input transformation").
func input(target *cloud.Record, event map[string]any) any {
	if constant := ec2.Text(target.State, "input"); constant != "" {
		return constant
	}
	template := ec2.Text(target.State, "inputTransformer.inputTemplate")
	if template == "" {
		return event
	}
	paths, _ := cloud.Lookup(target.State, "inputTransformer.inputPaths").(map[string]any)
	return holder.ReplaceAllStringFunc(template, func(word string) string {
		path, _ := paths[strings.Trim(word, "<>")].(string)
		if path == "" {
			return word
		}
		return at(event, strings.Split(strings.TrimPrefix(path, "$."), "."))
	})
}

func at(value any, path []string) string {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	switch v := value.(type) {
	case nil:
		return ""
	case map[string]any, []any:
		text, _ := json.Marshal(v) // plain data always marshals
		return string(text)
	default:
		return fmt.Sprint(v)
	}
}
