package recorder

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// remoteCluster is the component of pulumi-eks. Mocks run no provider, so the recorder
// stands in for it: it registers the children that pulumi-eks v2.8.1 makes for this
// program's arguments (nodejs/eks/cluster.ts), with the component's transforms applied
// as the engine applies them.
const remoteCluster = "eks:index:Cluster"

type remote struct{ pulumi.ResourceState }

type child struct{ pulumi.CustomResourceState }

// constructCluster registers the children and returns the component's outputs.
func (r *Recorder) constructCluster(component *Resource) (resource.PropertyMap, error) {
	self, err := r.inside(component)
	if err != nil {
		return nil, err
	}
	inputs := pulumi.Map{}
	for key, value := range component.Inputs {
		inputs[string(key)] = input(value)
	}
	role, group := component.Value("serviceRole"), component.Value("clusterSecurityGroup")
	cluster, err := r.child(component, self, "aws:eks/cluster:Cluster", component.Name+"-eksCluster", pulumi.Map{
		"name": inputs["name"], "version": inputs["version"], "tags": inputs["tags"],
		"enabledClusterLogTypes": inputs["enabledClusterLogTypes"],
		"roleArn":                pulumi.String(arn("iam", "role/"+nameOf(role))),
		"vpcConfig": pulumi.Map{
			"securityGroupIds": pulumi.StringArray{pulumi.String("sg-" + nameOf(group))},
			"subnetIds":        inputs["subnetIds"], "publicAccessCidrs": inputs["publicAccessCidrs"],
			"endpointPrivateAccess": inputs["endpointPrivateAccess"], "endpointPublicAccess": inputs["endpointPublicAccess"],
		},
		"encryptionConfig": pulumi.Map{
			"provider":  pulumi.Map{"keyArn": inputs["encryptionConfigKeyArn"]},
			"resources": pulumi.StringArray{pulumi.String("secrets")},
		},
		"accessConfig": pulumi.Map{
			"authenticationMode":                      inputs["authenticationMode"],
			"bootstrapClusterCreatorAdminPermissions": pulumi.Bool(true),
		},
	}, "accessConfig.bootstrapClusterCreatorAdminPermissions")
	if err != nil {
		return nil, err
	}
	nodes, err := r.child(component, self, "aws:ec2/securityGroup:SecurityGroup", component.Name+"-nodeSecurityGroup", pulumi.Map{
		"vpcId": inputs["vpcId"], "revokeRulesOnDelete": pulumi.Bool(true),
		"tags": pulumi.Map{
			"Name": pulumi.String(component.Name + "-nodeSecurityGroup"),
			"kubernetes.io/cluster/" + component.String("name"): pulumi.String("owned"),
		},
	})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"-eks-k8s", "-provider"} {
		if _, err := r.child(component, self, "pulumi:providers:kubernetes", component.Name+name,
			pulumi.Map{"kubeconfig": pulumi.String("{}")}); err != nil {
			return nil, err
		}
	}
	return resource.PropertyMap{"eksCluster": cluster, "nodeSecurityGroup": nodes}, nil
}

// inside returns the component as its provider sees it, to parent children to.
func (r *Recorder) inside(component *Resource) (pulumi.Resource, error) {
	var options []pulumi.ResourceOption
	if parent := r.byURN(component.Parent); parent != nil {
		found := &child{}
		if err := r.ctx.RegisterResource(parent.Type, parent.Name, nil, found, pulumi.URN_(parent.URN)); err != nil {
			return nil, err
		}
		options = append(options, pulumi.Parent(found))
	}
	self := &remote{}
	return self, r.ctx.RegisterComponentResource(remoteCluster, component.Name, self, options...)
}

// child registers one child of a remote component and returns a reference to it.
func (r *Recorder) child(
	component *Resource, self pulumi.Resource, token, name string, props pulumi.Map, ignored ...string,
) (resource.PropertyValue, error) {
	known := pulumi.Map{}
	for key, value := range props {
		if value != nil {
			known[key] = value
		}
	}
	args := &pulumi.ResourceTransformArgs{
		Custom: true, Type: token, Name: name, Props: known, Opts: pulumi.ResourceOptions{IgnoreChanges: ignored},
	}
	for _, transform := range component.Transforms {
		if result := transform(context.Background(), args); result != nil {
			args.Props, args.Opts = result.Props, result.Opts
		}
	}
	options := []pulumi.ResourceOption{
		pulumi.Parent(self), pulumi.Protect(args.Opts.Protect), pulumi.IgnoreChanges(args.Opts.IgnoreChanges),
	}
	if args.Opts.Hooks != nil {
		options = append(options, pulumi.ResourceHooks(args.Opts.Hooks))
	}
	made := &child{}
	if err := r.ctx.RegisterResource(token, name, args.Props, made, options...); err != nil {
		return resource.PropertyValue{}, err
	}
	done := make(chan resource.PropertyValue, 1)
	pulumi.All(made.URN(), made.ID()).ApplyT(func(known []any) error {
		done <- resource.MakeCustomResourceReference(resource.URN(known[0].(pulumi.URN)), resource.ID(known[1].(pulumi.ID)), "")
		return nil
	})
	select {
	case reference := <-done:
		return reference, nil
	case <-r.ctx.Context().Done():
		return resource.PropertyValue{}, fmt.Errorf("recorder: %s was not registered", name)
	}
}

// adopt gives a child of a remote component the AWS provider it inherits: the engine
// hands a component the providers of the components above it.
func (r *Recorder) adopt(res *Resource) {
	parent := r.byURN(res.Parent)
	if parent == nil || !parent.Remote || !res.Custom {
		return
	}
	for ; parent != nil && res.Provider == ""; parent = r.byURN(parent.Parent) {
		res.Provider = parent.Providers["aws"]
	}
}

func (r *Recorder) byURN(urn string) *Resource {
	for _, res := range r.All() {
		if urn != "" && res.URN == urn {
			return res
		}
	}
	return nil
}

// nameOf returns the logical name in a reference to a resource.
func nameOf(reference resource.PropertyValue) string {
	if !reference.IsResourceReference() {
		return ""
	}
	return reference.ResourceReferenceValue().URN.Name()
}

// input turns a value that was sent into one that can be sent again.
func input(value resource.PropertyValue) pulumi.Input {
	switch {
	case value.IsSecret():
		return pulumi.ToSecret(input(value.SecretValue().Element))
	case value.IsArray():
		array := pulumi.Array{}
		for _, element := range value.ArrayValue() {
			array = append(array, input(element))
		}
		return array
	case value.IsObject():
		object := pulumi.Map{}
		for key, element := range value.ObjectValue() {
			object[string(key)] = input(element)
		}
		return object
	case value.IsResourceReference(), value.IsNull():
		return nil
	}
	return pulumi.Any(value.V)
}
