// Command program is a Pulumi program for the engine tests: it registers the
// resources that the JSON file named by PROGRAM lists, with explicit providers,
// so that a test says in data what its program declares.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// declared is one resource of the file, in order of declaration.
type declared struct {
	Name     string         `json:"name"`
	Type     string         `json:"type"`
	Inputs   map[string]any `json:"inputs"` // "${name.id}" and "${name.arn}" refer to earlier ones
	Provider string         `json:"provider"`
	Version  string         `json:"version"` // of the plugin; of pulumi-aws where there is none
	Protect  bool           `json:"protect"`
}

// made is a registered resource with the outputs that others refer to.
type made struct {
	pulumi.CustomResourceState
	Arn pulumi.StringOutput `pulumi:"arn"`
}

type provider struct{ pulumi.ProviderResourceState }

func main() { pulumi.Run(program) }

func program(ctx *pulumi.Context) error {
	text, err := os.ReadFile(os.Getenv("PROGRAM"))
	if err != nil {
		return err
	}
	var all []declared
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	p := &registrar{ctx, map[string]*made{}, map[string]*provider{}}
	for _, d := range all {
		if err := p.register(d); err != nil {
			return fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	return nil
}

type registrar struct {
	ctx       *pulumi.Context
	made      map[string]*made
	providers map[string]*provider
}

func (p *registrar) register(d declared) error {
	inputs := pulumi.Map{}
	for name, v := range d.Inputs {
		inputs[name] = p.input(v)
	}
	if d.Version == "" {
		d.Version = "6.83.4"
	}
	if strings.HasPrefix(d.Type, "pulumi:providers:") {
		p.providers[d.Name] = &provider{}
		return p.ctx.RegisterResource(d.Type, d.Name, inputs, p.providers[d.Name], pulumi.Version(d.Version))
	}
	options := []pulumi.ResourceOption{pulumi.Version(d.Version), pulumi.Protect(d.Protect)}
	if own, ok := p.providers[d.Provider]; ok {
		options = append(options, pulumi.Provider(own))
	}
	p.made[d.Name] = &made{}
	return p.ctx.RegisterResource(d.Type, d.Name, inputs, p.made[d.Name], options...)
}

var reference = regexp.MustCompile(`^\$\{(.+)\.(id|arn)\}$`)

// input makes an input of plain data, with references in place.
func (p *registrar) input(v any) pulumi.Input {
	switch v := v.(type) {
	case string:
		found := reference.FindStringSubmatch(v)
		if found == nil {
			return pulumi.String(v)
		}
		if found[2] == "arn" {
			return p.made[found[1]].Arn
		}
		return p.made[found[1]].ID()
	case map[string]any:
		out := pulumi.Map{}
		for name, e := range v {
			out[name] = p.input(e)
		}
		return out
	case []any:
		out := pulumi.Array{}
		for _, e := range v {
			out = append(out, p.input(e))
		}
		return out
	}
	return pulumi.Any(v)
}
