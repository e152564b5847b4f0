package config

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumiconfig "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"retail/internal/problem"
)

// Keys of the two stack kinds in Pulumi's stack configuration.
const (
	project        = "retail"
	networkKey     = "network"
	environmentKey = "environment"
)

// Load reads the configuration of the running stack, fills in the defaults and
// checks every rule. Its errors name path, value, rule and remedy, all at once.
func Load(ctx *pulumi.Context) (*Config, error) {
	source := pulumiconfig.New(ctx, project)
	self := Stack{Organization: ctx.Organization(), Project: ctx.Project(), Name: ctx.Stack()}
	loaded, err := Parse(source.Get(networkKey), source.Get(environmentKey), self)
	var list problem.List
	list.Join(strayKeys(os.Getenv(pulumi.EnvConfig)), err)
	if loaded != nil && loaded.Environment != nil {
		list.Join(loaded.Environment.secretsPlain(ctx.IsConfigSecret(project + ":" + environmentKey)))
	}
	return loaded, list.Err()
}

// strayKeys refuses keys of the project beside those of the stack kinds: a misspelt
// one would otherwise go unnoticed. The SDK reads keys by their name only, so all are
// listed from the JSON object in which Pulumi hands the configuration to a program.
func strayKeys(all string) error {
	values := map[string]string{}
	if all != "" {
		if err := json.Unmarshal([]byte(all), &values); err != nil {
			return fmt.Errorf("the stack's configuration, in %s, cannot be read: %w", pulumi.EnvConfig, err)
		}
	}
	var list problem.List
	for _, full := range sortedKeys(values) {
		key, own := strings.CutPrefix(full, project+":")
		if own && key != networkKey && key != environmentKey {
			list.Add(full, "unknown key", nil, nearest(key, []string{networkKey, environmentKey}))
		}
	}
	return list.Err()
}

// Stack is the running stack's full name.
type Stack struct{ Organization, Project, Name string }

// Parse is Load for the JSON values of retail:network and retail:environment,
// of which exactly one is not empty, and the stack's name.
func Parse(network, environment string, self Stack) (*Config, error) {
	switch {
	case (network == "") == (environment == ""):
		var list problem.List
		found := "neither"
		if network != "" {
			found = "both"
		}
		list.Add("retail", "exactly one of retail:network and retail:environment decides what the stack is", found,
			fmt.Sprintf("set one of them in Pulumi.%s.yaml", self.Name))
		return nil, list.Err()
	case network != "":
		parsed := &Network{}
		err := parse("retail:"+networkKey, network, self, parsed)
		return &Config{Network: parsed}, err
	default:
		parsed := &Environment{}
		err := parse("retail:"+environmentKey, environment, self, parsed)
		return &Config{Environment: parsed}, err
	}
}

// stackKind is the configuration of either kind of stack.
type stackKind interface {
	setDefaults(self Stack)
	Validate() error
}

// parse decodes one JSON value strictly, fills in the defaults and checks every
// rule. Values of the wrong kind come alone: the rules would only repeat them.
func parse(path, text string, self Stack, into stackKind) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return problem.Under(path, fmt.Errorf("must be a mapping of keys: %w", err))
	}
	unknown, kinds := decode(raw, into)
	var list problem.List
	list.Join(unknown, kinds)
	if kinds == nil {
		into.setDefaults(self)
		list.Join(into.Validate())
	}
	return problem.Under(path, list.Err())
}
