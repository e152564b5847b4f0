package frontdoor

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// DomainArgs configures the shop's names.
type DomainArgs struct {
	// Zone is the public Route 53 zone in which the names lie. It exists before: whoever owns
	// the domain above delegates to it. Required.
	Zone string
	// Hosts are the shop's host names, the first of which is the main one. Required.
	Hosts []string
	// Edge is a provider for us-east-1, where CloudFront looks for its certificates (AWS
	// Certificate Manager User Guide, "Services integrated with ACM"). Nil without CloudFront.
	Edge pulumi.ProviderResource
	// OriginKeyGeneration is raised by one to replace the key by which load balancers know
	// CloudFront. Required with Edge.
	OriginKeyGeneration int
	// Unprotected drops the deletion guards. Default false.
	Unprotected bool
	// Tags are set on the certificates, on top of the provider's default tags.
	Tags map[string]string
}

// Domain is the component.
type Domain struct {
	pulumi.ResourceState

	// ZoneID is the zone's id.
	ZoneID string
	// CertificateArn is the validated certificate of the Region, EdgeCertificateArn that of
	// us-east-1; the latter is empty without an edge provider.
	CertificateArn, EdgeCertificateArn pulumi.StringOutput
	// OriginKeys are the keys by which load balancers know CloudFront: that of this
	// generation, which it is to send, and that of the one before, which it sends until it has
	// the new one everywhere. None without an edge provider.
	OriginKeys []pulumi.StringInput
}

func (a *DomainArgs) validate() error {
	var problems problem.List
	if a.Zone == "" {
		problems.Add("zone", "is required", nil, "name the public zone")
	}
	if len(a.Hosts) == 0 {
		problems.Add("hosts", "at least one is required", nil, "name the shop's host")
	}
	return problems.Err()
}

// NewDomain looks the zone up and makes the certificates of the shop's names. A zone that is
// not there is an error before anything is made.
func NewDomain(ctx *pulumi.Context, name string, args *DomainArgs, opts ...pulumi.ResourceOption) (*Domain, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under(name, err)
	}
	domain := &Domain{}
	if err := ctx.RegisterComponentResource("retail:frontdoor:Domain", name, domain, opts...); err != nil {
		return nil, err
	}
	private := false
	zone, err := route53.LookupZone(ctx, &route53.LookupZoneArgs{Name: &args.Zone, PrivateZone: &private}, pulumi.Parent(domain))
	if err != nil {
		return nil, problem.Under("zone", fmt.Errorf("the public zone %s cannot be found in this account: %w: create and delegate it, or correct the name", args.Zone, err))
	}
	domain.ZoneID = zone.ZoneId
	guarded := []pulumi.ResourceOption{pulumi.Parent(domain), pulumi.Protect(!args.Unprotected)}
	certificate, err := newCertificate(ctx, names.Child(name, "certificate"), args, guarded...)
	if err != nil {
		return nil, err
	}
	records, err := domain.prove(ctx, name, args.Hosts, certificate, guarded...)
	if err != nil {
		return nil, err
	}
	if domain.CertificateArn, err = validated(ctx, names.Child(name, "certificate"), certificate, records, guarded...); err != nil {
		return nil, err
	}
	if args.Edge != nil {
		if err := domain.keys(ctx, names.Child(name, "origin-key"), args.OriginKeyGeneration, guarded...); err != nil {
			return nil, err
		}
		at := slices.Concat(guarded, []pulumi.ResourceOption{pulumi.Provider(args.Edge)})
		edge, err := newCertificate(ctx, names.Child(name, "edge-certificate"), args, at...)
		if err != nil {
			return nil, err
		}
		// The same records prove it: they depend on name and account alone.
		if domain.EdgeCertificateArn, err = validated(ctx, names.Child(name, "edge-certificate"), edge, records, at...); err != nil {
			return nil, err
		}
	}
	return domain, ctx.RegisterResourceOutputs(domain, pulumi.Map{
		"zoneId": pulumi.String(domain.ZoneID), "certificateArn": domain.CertificateArn,
	})
}

func newCertificate(ctx *pulumi.Context, child string, args *DomainArgs, opts ...pulumi.ResourceOption) (*acm.Certificate, error) {
	asked := &acm.CertificateArgs{
		DomainName: pulumi.String(args.Hosts[0]), ValidationMethod: pulumi.String("DNS"), Tags: tags.Named(child, args.Tags),
	}
	if further := args.Hosts[1:]; len(further) > 0 {
		asked.SubjectAlternativeNames = pulumi.ToStringArray(further)
	}
	return acm.NewCertificate(ctx, child, asked, opts...)
}

// prove writes the records by which ACM sees, now and at every renewal, that the names are ours.
func (d *Domain) prove(
	ctx *pulumi.Context, name string, hosts []string, certificate *acm.Certificate, opts ...pulumi.ResourceOption,
) (pulumi.StringArray, error) {
	proofs := pulumi.StringArray{}
	for _, host := range hosts {
		asked := func(of func(acm.CertificateDomainValidationOption) *string) pulumi.StringOutput {
			return certificate.DomainValidationOptions.ApplyT(func(all []acm.CertificateDomainValidationOption) (string, error) {
				for _, one := range all {
					if value := of(one); one.DomainName != nil && *one.DomainName == host && value != nil {
						return *value, nil
					}
				}
				return "", fmt.Errorf("the certificate asks for no record of %s", host)
			}).(pulumi.StringOutput)
		}
		record, err := route53.NewRecord(ctx, names.Child(name, "proof", host), &route53.RecordArgs{
			ZoneId: pulumi.String(d.ZoneID), Ttl: pulumi.Int(300),
			Name:    asked(func(o acm.CertificateDomainValidationOption) *string { return o.ResourceRecordName }),
			Type:    asked(func(o acm.CertificateDomainValidationOption) *string { return o.ResourceRecordType }),
			Records: pulumi.StringArray{asked(func(o acm.CertificateDomainValidationOption) *string { return o.ResourceRecordValue })},
		}, opts...)
		if err != nil {
			return nil, err
		}
		proofs = append(proofs, record.Fqdn)
	}
	return proofs, nil
}

// validated waits for ACM to issue the certificate: nothing can use it before.
func validated(
	ctx *pulumi.Context, child string, certificate *acm.Certificate, proofs pulumi.StringArray, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	validation, err := acm.NewCertificateValidation(ctx, child, &acm.CertificateValidationArgs{
		CertificateArn: certificate.Arn, ValidationRecordFqdns: proofs,
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return validation.CertificateArn, nil
}
