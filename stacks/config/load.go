package config

import (
	"bytes"
	"encoding/json"
	"fmt"

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
	return Parse(source.Get(networkKey), source.Get(environmentKey), ctx.Stack())
}

// Parse is Load for the JSON values of retail:network and retail:environment,
// of which exactly one is not empty, and the stack's name.
func Parse(network, environment, stack string) (*Config, error) {
	switch {
	case (network == "") == (environment == ""):
		var list problem.List
		found := "neither"
		if network != "" {
			found = "both"
		}
		list.Add("retail", "exactly one of retail:network and retail:environment decides what the stack is", found,
			fmt.Sprintf("set one of them in Pulumi.%s.yaml", stack))
		return nil, list.Err()
	case network != "":
		parsed := &Network{}
		if err := parse(network, "retail:"+networkKey, parsed); err != nil {
			return nil, err
		}
		parsed.setDefaults(stack)
		return &Config{Network: parsed}, problem.Under("retail:"+networkKey, parsed.Validate())
	default:
		parsed := &Environment{}
		if err := parse(environment, "retail:"+environmentKey, parsed); err != nil {
			return nil, err
		}
		parsed.setDefaults(stack)
		return &Config{Environment: parsed}, problem.Under("retail:"+environmentKey, parsed.Validate())
	}
}

// parse decodes one JSON value strictly.
func parse(text, path string, into any) error {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return problem.Under(path, fmt.Errorf("must be a mapping of keys: %w", err))
	}
	return problem.Under(path, decode(raw, into))
}
