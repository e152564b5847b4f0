// Package cloudtest runs resource types against a simulated AWS in memory, for
// the tests of the service packages: one harness per world, one client per
// account and region, one method per verb.
//
//	h := cloudtest.New(t, ec2.Register)
//	dev := h.As("222222222222", "eu-west-1")
//	vpc := dev.Create("aws:ec2/vpc:Vpc", cloud.Props{"cidrBlock": "10.0.0.0/16"})
//	dev.FailsDelete(vpc, "DependencyViolation")
package cloudtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
)

// Harness is one world in memory.
type Harness struct {
	T     testing.TB
	World *cloud.World
	made  int
}

// Client calls the world as one account in one region.
type Client struct {
	h       *Harness
	Session *cloud.Session
}

// Resource is what a client has made.
type Resource struct {
	Token, URN, ID string
	Inputs, State  cloud.Props
}

// New is a harness for what the given services declare, with the committed
// facts tables.
func New(t testing.TB, register ...func(*cloud.Registry)) *Harness {
	t.Helper()
	return NewWith(t, cloud.Options{Registry: cloud.NewRegistry(register...), Facts: cloud.Tables})
}

// NewWith is a harness for a world with options of its own.
func NewWith(t testing.TB, o cloud.Options) *Harness {
	t.Helper()
	world, err := cloud.NewWorld(o)
	require.NoError(t, err)
	return &Harness{T: t, World: world}
}

// As is a client for an account and region.
func (h *Harness) As(account, region string) *Client {
	return &Client{h, h.World.Begin(&cloud.Session{
		Account: account, Region: region,
		Principal: fmt.Sprintf("arn:aws:sts::%s:assumed-role/retail-deploy/test", account),
	})}
}

// World is what the client calls.
func (c *Client) World() *cloud.World { return c.h.World }

// Check gives the inputs with defaults, and every broken rule as "path: reason".
func (c *Client) Check(token string, inputs cloud.Props) (cloud.Props, []string) {
	c.h.T.Helper()
	return c.check(c.urn(token), token, inputs, nil)
}

func (c *Client) urn(token string) string {
	c.h.made++
	return fmt.Sprintf("urn:pulumi:test::retail::%s::r%d", token, c.h.made)
}

func (c *Client) check(urn, token string, inputs, old cloud.Props) (cloud.Props, []string) {
	c.h.T.Helper()
	checked, broken, err := c.h.World.Check(c.Session, cloud.CheckRequest{URN: urn, Token: token, Inputs: inputs, Old: old})
	require.NoError(c.h.T, err)
	var reasons []string
	for _, v := range broken {
		reasons = append(reasons, (&cloud.PropertyError{Path: v.Path, Reason: v.Reason}).Error())
	}
	return checked, reasons
}

// Create makes a resource and fails the test when a rule or AWS refuses it.
func (c *Client) Create(token string, inputs cloud.Props) *Resource {
	c.h.T.Helper()
	r, err := c.TryCreate(token, inputs)
	require.NoError(c.h.T, err)
	return r
}

// TryCreate makes a resource; the error is AWS's. Broken rules fail the test:
// look for them with Check.
func (c *Client) TryCreate(token string, inputs cloud.Props) (*Resource, error) {
	c.h.T.Helper()
	urn := c.urn(token)
	checked, broken := c.check(urn, token, inputs, nil)
	require.Empty(c.h.T, broken, "%s: broken rules", token)
	out, err := c.h.World.Create(context.Background(), c.Session,
		cloud.Request{URN: urn, Token: token, Inputs: cloud.Given(checked)})
	if err != nil {
		return nil, err
	}
	return &Resource{token, urn, out.ID, checked, out.State}, nil
}

// FailsCreate expects AWS to refuse a resource with an error code.
func (c *Client) FailsCreate(token string, inputs cloud.Props, code string) error {
	c.h.T.Helper()
	_, err := c.TryCreate(token, inputs)
	c.fails(err, code)
	return err
}

func (c *Client) fails(err error, code string) {
	c.h.T.Helper()
	require.Error(c.h.T, err)
	require.Equal(c.h.T, code, cloud.Code(err), "%v", err)
}

// Read gives a resource's present state; nil when it is gone.
func (c *Client) Read(r *Resource) cloud.Props {
	c.h.T.Helper()
	out, err := c.h.World.Read(context.Background(), c.Session,
		cloud.Request{URN: r.URN, Token: r.Token, ID: r.ID, Old: cloud.Given(r.Inputs), State: r.State})
	require.NoError(c.h.T, err)
	if out.ID == "" {
		return nil
	}
	return out.State
}

// Diff compares new inputs with the resource's.
func (c *Client) Diff(r *Resource, inputs cloud.Props) *cloud.Diff {
	c.h.T.Helper()
	checked, broken := c.check(r.URN, r.Token, inputs, r.Inputs)
	require.Empty(c.h.T, broken, "%s: broken rules", r.Token)
	diff, err := c.h.World.Diff(r.Token, r.Inputs, checked)
	require.NoError(c.h.T, err)
	return diff
}

// Update gives a resource new inputs in place; what would replace it fails the
// test.
func (c *Client) Update(r *Resource, inputs cloud.Props) {
	c.h.T.Helper()
	require.NoError(c.h.T, c.TryUpdate(r, inputs))
}

// TryUpdate is Update with AWS's error for a result.
func (c *Client) TryUpdate(r *Resource, inputs cloud.Props) error {
	c.h.T.Helper()
	require.False(c.h.T, c.Diff(r, inputs).Replaces(), "%s: the change replaces it", r.Token)
	checked, _ := c.check(r.URN, r.Token, inputs, r.Inputs)
	out, err := c.h.World.Update(context.Background(), c.Session, cloud.Request{
		URN: r.URN, Token: r.Token, ID: r.ID, Old: cloud.Given(r.Inputs), State: r.State, Inputs: cloud.Given(checked)})
	if err != nil {
		return err
	}
	r.Inputs, r.State = checked, out.State
	return nil
}

// FailsUpdate expects AWS to refuse a change with an error code.
func (c *Client) FailsUpdate(r *Resource, inputs cloud.Props, code string) error {
	c.h.T.Helper()
	err := c.TryUpdate(r, inputs)
	c.fails(err, code)
	return err
}

// Delete takes a resource away.
func (c *Client) Delete(r *Resource) {
	c.h.T.Helper()
	require.NoError(c.h.T, c.TryDelete(r))
}

// TryDelete is Delete with AWS's error for a result.
func (c *Client) TryDelete(r *Resource) error {
	c.h.T.Helper()
	return c.h.World.Delete(context.Background(), c.Session, cloud.Request{URN: r.URN, Token: r.Token, ID: r.ID})
}

// FailsDelete expects AWS to refuse a deletion with an error code.
func (c *Client) FailsDelete(r *Resource, code string) error {
	c.h.T.Helper()
	err := c.TryDelete(r)
	c.fails(err, code)
	return err
}

// Invoke asks a data source.
func (c *Client) Invoke(token string, args cloud.Props) cloud.Props {
	c.h.T.Helper()
	out, err := c.TryInvoke(token, args)
	require.NoError(c.h.T, err)
	return out
}

// TryInvoke is Invoke with the error for a result.
func (c *Client) TryInvoke(token string, args cloud.Props) (cloud.Props, error) {
	return c.h.World.Invoke(context.Background(), c.Session, token, args)
}

// FailsInvoke expects a data source to fail with an error code.
func (c *Client) FailsInvoke(token string, args cloud.Props, code string) error {
	c.h.T.Helper()
	_, err := c.TryInvoke(token, args)
	c.fails(err, code)
	return err
}

// Records are the world's records of a type, in all accounts and regions.
func (h *Harness) Records(token string) []*cloud.Record {
	var out []*cloud.Record
	for _, r := range h.World.Records() {
		if r.Token == token {
			out = append(out, r)
		}
	}
	return out
}
