package gatewayapi

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"

	"retail/components/internal/names"
)

// released holds the release's objects, one to a line; command generate writes it.
//
//go:embed definitions.jsonl
var released []byte

// lattice holds the AWS Gateway API Controller's own, in the release that package versions
// pins; its chart would bring them in its crds folder, which Helm never upgrades.
//
//go:embed lattice.jsonl
var lattice []byte

//go:generate go run ./generate

// Annotations of the Kubernetes provider (Pulumi, "Kubernetes provider", annotations).
const (
	// forceAnnotation lets an object be applied over fields that another field manager holds:
	// what an earlier mesh left behind belongs to one that nobody has any more, and
	// server-side apply would refuse to touch it.
	forceAnnotation = "pulumi.com/patchForce"
	// waitAnnotation holds up what depends on the object. Of definitions the provider awaits
	// nothing by itself (pulumi-kubernetes, pkg/await).
	waitAnnotation = "pulumi.com/waitFor"
	established    = "condition=Established"
)

// The kind of the resource definitions, and of what lets the policy act on them.
const (
	definitionKind = "CustomResourceDefinition"
	bindingKind    = "ValidatingAdmissionPolicyBinding"
)

// object is one object of the release. It is shared by clusters and never written to.
type object map[string]any

// read returns the objects, in their order.
func read(text []byte) ([]object, error) {
	var all []object
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		var o object
		err := decoder.Decode(&o)
		switch {
		case err == io.EOF:
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("definitions of the Gateway API, object %d: %w", len(all), err)
		case o.text("apiVersion") == "" || o.text("kind") == "" || o.name() == "":
			return nil, fmt.Errorf("definitions of the Gateway API, object %d: it lacks apiVersion, kind or metadata.name", len(all))
		}
		all = append(all, o)
	}
}

func (o object) text(key string) string {
	value, _ := o[key].(string)
	return value
}

func (o object) metadata() map[string]any {
	value, _ := o["metadata"].(map[string]any)
	return value
}

func (o object) name() string { return object(o.metadata()).text("name") }

// token is the type of its resource.
func (o object) token() string { return "kubernetes:" + o.text("apiVersion") + ":" + o.text("kind") }

// resource names its resource below a component's name: by the kind that it defines, such as
// httproutes, or the rule that it brings.
func (o object) resource(component string) string {
	short, _, _ := strings.Cut(o.name(), ".")
	if o.text("kind") == bindingKind {
		return names.Child(component, "gateway-api", short, "binding")
	}
	return names.Child(component, "gateway-api", short)
}

// inputs are what the provider is told: the object, and how to apply it.
func (o object) inputs() kubernetes.UntypedArgs {
	metadata := maps.Clone(o.metadata())
	annotations := map[string]any{forceAnnotation: "true"}
	if own, isMap := metadata["annotations"].(map[string]any); isMap {
		maps.Copy(annotations, own)
	}
	if o.text("kind") == definitionKind {
		annotations[waitAnnotation] = established
	}
	metadata["annotations"] = annotations
	inputs := kubernetes.UntypedArgs(maps.Clone(o))
	inputs["metadata"] = metadata
	return inputs
}
