// A package as pulumi-language-go writes it, as far as the generator reads it.
package store

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func NewBox(ctx *pulumi.Context, name string, args *BoxArgs, opts ...pulumi.ResourceOption) (*Box, error) {
	if args == nil {
		return nil, errors.New("missing one or more required arguments")
	}
	if args.Shelves == nil {
		return nil, errors.New("invalid value for required argument 'Shelves'")
	}
	if args.Description == nil {
		args.Description = pulumi.StringPtr("Managed by Pulumi")
	}
	var resource Box
	err := ctx.RegisterResource("aws:store/box:Box", name, args, &resource, opts...)
	return &resource, err
}

type boxState struct {
	Arn     *string           `pulumi:"arn"`
	Colour  *string           `pulumi:"colour"`
	Lid     *BoxLid           `pulumi:"lid"`
	Name    *string           `pulumi:"name"`
	Shelves []string          `pulumi:"shelves"`
	Tags    map[string]string `pulumi:"tags"`
}

type boxArgs struct {
	// Valid values are `red | green`.
	Colour      *string           `pulumi:"colour"`
	Description *string           `pulumi:"description"`
	Lid         *BoxLid           `pulumi:"lid"`
	Name        *string           `pulumi:"name"`
	Policy      interface{}       `pulumi:"policy"`
	Owner       interface{}       `pulumi:"owner"`
	Shelves     []string          `pulumi:"shelves"`
	Tags        map[string]string `pulumi:"tags"`
	// Valid value is between `2` and `40`.
	Weight int `pulumi:"weight"`
}

func LookupBox(ctx *pulumi.Context, args *LookupBoxArgs, opts ...pulumi.InvokeOption) (*LookupBoxResult, error) {
	var rv LookupBoxResult
	err := ctx.Invoke("aws:store/getBox:getBox", args, &rv, opts...)
	return &rv, err
}

type LookupBoxArgs struct {
	Name string `pulumi:"name"`
}

type LookupBoxResult struct {
	Found GetBoxFound `pulumi:"found"`
}
