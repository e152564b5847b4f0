// Package recorder runs a Pulumi program against mocks that know only what they
// were told: a resource type or an invoke that is not listed fails the test
// instead of being echoed. Everything the program registers is kept with its
// options, so that a test can ask for counts, inputs, providers, dependencies
// and protection.
package recorder

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Names the recorder gives to what a program runs in.
const (
	Organization = "organization"
	Project      = "retail"
	Stack        = "test"
)

// State is what a provider would return for a resource or an invoke.
type State = map[string]any

// Answer computes a resource's id and the outputs that AWS adds to its inputs.
type Answer func(name string, inputs resource.PropertyMap) (id string, computed State)

// Reply computes the result of an invoke.
type Reply func(inputs resource.PropertyMap) (State, error)

// Recorder is a mock monitor that keeps every registration.
type Recorder struct {
	t       testing.TB
	answers map[string]Answer
	replies map[string]Reply

	ctx *pulumi.Context // of the running program, for remote components

	mu        sync.Mutex
	resources []*Resource
	calls     []Call
	transform []pulumi.ResourceTransform
}

// Call is one invoke made by the program.
type Call struct {
	Token    string
	Inputs   resource.PropertyMap
	Provider string
}

// New returns a recorder that knows the types of this program's AWS resources
// (see Known) and two invokes: aws:index/getCallerIdentity, which answers for
// the account in the provider's allowedAccountIds, and
// pulumi:pulumi:readStackOutputs, which knows no outputs yet.
func New(t testing.TB) *Recorder {
	r := &Recorder{t: t, answers: Known(), replies: map[string]Reply{}}
	r.replies["aws:index/getCallerIdentity:getCallerIdentity"] = nil
	r.replies["aws:ec2/getSecurityGroup:getSecurityGroup"] = clusterSecurityGroup
	r.replies["aws:route53/getZone:getZone"] = zone
	r.replies["aws:ec2/getManagedPrefixList:getManagedPrefixList"] = prefixList
	r.Outputs(nil)
	return r
}

// Hub makes the outputs those of every stack the program refers to.
func (r *Recorder) Hub(outputs State) *Recorder {
	return r.Resource("pulumi:pulumi:StackReference", func(name string, _ resource.PropertyMap) (string, State) {
		return name, State{"name": name, "outputs": outputs}
	})
}

// Outputs makes the outputs those of the running stack's last update.
func (r *Recorder) Outputs(outputs State) *Recorder {
	return r.Invoke("pulumi:pulumi:readStackOutputs", func(inputs resource.PropertyMap) (State, error) {
		if outputs == nil {
			outputs = State{}
		}
		return State{"name": inputs["name"].StringValue(), "outputs": outputs}, nil
	})
}

// Resource lists one more resource type, or replaces the answer of a known one.
func (r *Recorder) Resource(token string, answer Answer) *Recorder {
	r.answers[token] = answer
	return r
}

// Invoke lists one more invoke, or replaces the reply of a known one.
func (r *Recorder) Invoke(token string, reply Reply) *Recorder {
	r.replies[token] = reply
	return r
}

// secretMark begins values of a test's configuration that Pulumi would hold as secrets.
const secretMark = "secret:"

// Run runs the program with the given configuration (key → value, keys with
// their namespace: "retail:network") and returns its error.
func (r *Recorder) Run(program pulumi.RunFunc, config ...map[string]string) error {
	merged := map[string]string{}
	for _, one := range config {
		maps.Copy(merged, one)
	}
	return pulumi.RunErr(func(ctx *pulumi.Context) error {
		r.ctx = ctx
		return program(ctx)
	},
		pulumi.WithMocksWithOrganization(Organization, Project, Stack, r),
		func(info *pulumi.RunInfo) {
			info.Config = merged
			for key, value := range merged {
				// As Pulumi says of a key of which any value is secret.
				if strings.Contains(value, secretMark) {
					info.ConfigSecretKeys = append(info.ConfigSecretKeys, key)
				}
			}
		})
}

// NewResource implements pulumi.MockResourceMonitor.
func (r *Recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if args.TypeToken == remoteCluster && !args.RegisterRPC.GetRemote() {
		return "", args.Inputs, nil // the component again, from inside its provider
	}
	recorded := newResource(args)
	r.adopt(recorded)
	r.mu.Lock()
	r.resources = append(r.resources, recorded)
	r.mu.Unlock()

	state := args.Inputs.Copy()
	switch {
	case args.TypeToken == remoteCluster:
		outputs, err := r.constructCluster(recorded)
		maps.Copy(state, outputs)
		return "", state, err
	case strings.HasPrefix(args.TypeToken, Project+":"):
		return "", state, nil // the program's own components have no provider
	case strings.HasPrefix(args.TypeToken, "pulumi:providers:"):
		return args.Name + "-id", state, nil
	}
	answer, known := r.answers[args.TypeToken]
	if !known {
		err := fmt.Errorf("recorder: resource type %q (%s) is not listed: list it with Resource or in known.go", args.TypeToken, args.Name)
		r.t.Error(err)
		return "", nil, err
	}
	id, computed := answer(args.Name, args.Inputs)
	maps.Copy(state, resource.NewPropertyMapFromMap(computed))
	return id, state, nil
}

// Call implements pulumi.MockResourceMonitor.
func (r *Recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	r.mu.Lock()
	r.calls = append(r.calls, Call{Token: args.Token, Inputs: args.Args, Provider: args.Provider})
	r.mu.Unlock()

	reply, known := r.replies[args.Token]
	switch {
	case !known:
		err := fmt.Errorf("recorder: invoke %q is not listed: list it with Invoke", args.Token)
		r.t.Error(err)
		return nil, err
	case reply == nil:
		return resource.NewPropertyMapFromMap(r.identity(args.Provider)), nil
	}
	state, err := reply(args.Args)
	return resource.NewPropertyMapFromMap(state), err
}

// identity answers getCallerIdentity for the account that the provider with
// this reference may use.
func (r *Recorder) identity(provider string) State {
	account := ""
	if found := r.ByReference(provider); found != nil && found.Inputs["allowedAccountIds"].IsArray() {
		account = found.Inputs["allowedAccountIds"].ArrayValue()[0].StringValue()
	}
	return State{"accountId": account, "arn": "arn:aws:sts::" + account + ":assumed-role/retail-deploy/test", "id": account, "userId": "AROATEST:test"}
}

// RegisterTransform keeps the stack transforms: the mock monitor runs none.
func (r *Recorder) RegisterTransform(t pulumi.ResourceTransform) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.transform = append(r.transform, t)
}

// RegisterInvokeTransform implements pulumi.MockResourceMonitorWithTransforms;
// this program registers none.
func (r *Recorder) RegisterInvokeTransform(pulumi.InvokeTransform) {
	r.t.Error("recorder: an invoke transform was registered, which no test looks at")
}

// Transforms returns the stack transforms the program registered.
func (r *Recorder) Transforms() []pulumi.ResourceTransform {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.transform)
}

// Calls returns the invokes of a token, of every token for "", in the order in which they
// were made.
func (r *Recorder) Calls(token string) []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Call
	for _, call := range r.calls {
		if call.Token == token || token == "" {
			found = append(found, call)
		}
	}
	return found
}

func urn(parent, typ, name string) string {
	parentType := tokens.Type("")
	if p := resource.URN(parent); p != "" && p.QualifiedType() != resource.RootStackType {
		parentType = p.QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(Stack), tokens.PackageName(Project), parentType, tokens.Type(typ), name))
}
