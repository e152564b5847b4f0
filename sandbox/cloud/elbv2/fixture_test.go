package elbv2_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/s3"
)

const (
	dev, region = "222222222222", "eu-west-1"
	issued      = "arn:aws:acm:eu-west-1:222222222222:certificate/issued"
)

type list = []any

// place is an account with a VPC of two public subnets and one private one.
type place struct {
	*cloudtest.Client
	h                    *cloudtest.Harness
	t                    *testing.T
	vpc, gateway         *cloudtest.Resource
	one, two, group      *cloudtest.Resource
	twin                 *cloudtest.Resource // in the zone of the first
	certificate, pending string
}

func start(t *testing.T) *place { return startWith(t, "") }

func startWith(t *testing.T, seed string) *place {
	t.Helper()
	h := cloudtest.NewWith(t, cloud.Options{Facts: cloud.Tables, Seed: seed,
		Registry: cloud.NewRegistry(ec2.Register, elbv2.Register, kms.Register, s3.Register)})
	p := &place{Client: h.As(dev, region), h: h, t: t, certificate: issued, pending: issued + "-pending"}
	p.vpc = p.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	p.gateway = p.Create(ec2.InternetGateway, cloud.Props{"vpcId": p.vpc.ID})
	p.one, p.two, p.twin = p.subnet("10.0.0.0/24", "euw1-az1"), p.subnet("10.0.1.0/24", "euw1-az2"), p.subnet("10.0.2.0/24", "euw1-az1")
	p.group = p.Create(ec2.SecurityGroup, cloud.Props{"vpcId": p.vpc.ID, "name": "door"})
	p.change(func(c *cloud.Call) error {
		for arn, status := range map[string]string{p.certificate: "ISSUED", p.pending: "PENDING_VALIDATION"} {
			c.Put(&cloud.Record{Token: "aws:acm/certificate:Certificate", ID: arn, State: cloud.Props{"arn": arn, "status": status}})
		}
		return nil
	})
	return p
}

func (p *place) subnet(cidr, zone string) *cloudtest.Resource {
	return p.Create(ec2.Subnet, cloud.Props{"vpcId": p.vpc.ID, "cidrBlock": cidr, "availabilityZoneId": zone})
}

// change runs a function as a service of AWS would change the account.
func (p *place) change(f func(*cloud.Call) error) {
	p.t.Helper()
	require.NoError(p.t, p.try(f))
}

func (p *place) try(f func(*cloud.Call) error) error { return p.h.World.Change(dev, region, "aws", f) }

// with is a copy of inputs with changes; nil takes a property away.
func with(inputs cloud.Props, changes cloud.Props) cloud.Props {
	out := cloud.Clone(inputs)
	if out == nil {
		out = cloud.Props{}
	}
	for k, v := range changes {
		out[k] = v
		if v == nil {
			delete(out, k)
		}
	}
	return out
}

func (p *place) balancer() cloud.Props {
	return cloud.Props{"name": "door", "subnets": list{p.one.ID, p.two.ID}, "securityGroups": list{p.group.ID}}
}

func (p *place) targets(name string) cloud.Props {
	return cloud.Props{"name": name, "port": 8080.0, "protocol": "HTTP", "targetType": "ip", "vpcId": p.vpc.ID}
}

func notFound() list {
	return list{cloud.Props{"type": "fixed-response", "fixedResponse": cloud.Props{"contentType": "text/plain", "statusCode": "404"}}}
}

func (p *place) https(lb *cloudtest.Resource) cloud.Props {
	return cloud.Props{"loadBalancerArn": lb.ID, "port": 443.0, "protocol": "HTTPS", "certificateArn": p.certificate,
		"sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "defaultActions": notFound()}
}

// weighted is a forward action; a negative weight is left out.
func weighted(weights map[string]float64, order ...string) list {
	var groups list
	for _, arn := range order {
		g := cloud.Props{"arn": arn}
		if weights[arn] >= 0 {
			g["weight"] = weights[arn]
		}
		groups = append(groups, g)
	}
	return list{cloud.Props{"type": "forward", "forward": cloud.Props{"targetGroups": groups}}}
}

func host(name string) list {
	return list{cloud.Props{"hostHeader": cloud.Props{"values": list{name}}}}
}

func (p *place) rule(listener *cloudtest.Resource, priority float64, actions list) cloud.Props {
	return cloud.Props{"listenerArn": listener.ID, "priority": priority, "conditions": host("shop.example.com"), "actions": actions}
}

// refreshed are the inputs that a refresh makes of a resource's present state.
func (p *place) refreshed(r *cloudtest.Resource) cloud.Props {
	p.t.Helper()
	out, err := p.h.World.Read(context.Background(), p.Session,
		cloud.Request{URN: r.URN, Token: r.Token, ID: r.ID, Old: cloud.Given(r.Inputs), State: r.State})
	require.NoError(p.t, err)
	return out.Inputs
}
