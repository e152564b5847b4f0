package transit

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// sharing offers the gateway to the environments' accounts. The share's ARN is
// handed on only once gateway and principals are in it: before that, nobody
// else sees the gateway (case N1).
func (b *hubBuilder) sharing() error {
	share, err := ram.NewResourceShare(b.ctx, names.Child(b.name, "share"), &ram.ResourceShareArgs{
		Name:                    pulumi.String(b.args.PhysicalName),
		AllowExternalPrincipals: pulumi.Bool(b.args.Share == ShareExternal),
		Tags:                    b.tags("share"),
	}, b.opts...)
	if err != nil {
		return err
	}
	gateway, err := ram.NewResourceAssociation(b.ctx, names.Child(b.name, "share"), &ram.ResourceAssociationArgs{
		ResourceShareArn: share.Arn, ResourceArn: b.gateway.Arn,
	}, b.opts...)
	if err != nil {
		return err
	}
	shared := []any{gateway.ResourceShareArn}
	principals := b.principals()
	for _, key := range tags.Sorted(principals) {
		principal, err := ram.NewPrincipalAssociation(b.ctx, names.Child(b.name, "share", key), &ram.PrincipalAssociationArgs{
			ResourceShareArn: share.Arn, Principal: pulumi.String(principals[key].arn),
		}, principals[key].opts...)
		if err != nil {
			return err
		}
		shared = append(shared, principal.ResourceShareArn)
	}
	b.shareArn = pulumi.All(shared...).ApplyT(func(arns []any) string { return arns[0].(string) }).(pulumi.StringOutput)
	return nil
}

// principal is whom the gateway is shared with.
type principal struct {
	arn  string // or the id of an account
	opts []pulumi.ResourceOption
}

// principals are the share's principals by a lasting key: the organization, or
// every account once, however many environments it holds. It retires with the last
// of them.
func (b *hubBuilder) principals() map[string]principal {
	if b.args.Share == ShareOrganization {
		return map[string]principal{"organization": {b.args.Organization, b.opts}}
	}
	principals := map[string]principal{}
	for _, environment := range tags.Sorted(b.args.Environments) {
		allocation := b.args.Environments[environment]
		if _, known := principals[allocation.Account]; !known || !allocation.Retiring {
			principals[allocation.Account] = principal{allocation.Account, b.of(environment)}
		}
	}
	return principals
}

// key turns an address range into a part of a name.
func key(block string) string { return strings.ReplaceAll(block, "/", "-") }
