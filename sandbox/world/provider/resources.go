package provider

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/emptypb"

	"retail/sandbox/cloud"
)

func tokenOf(urn string) string { return string(resource.URN(urn).Type()) }

// Check finds every broken rule of a resource's inputs and fills in defaults.
func (s *Server) Check(ctx context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	session, _, cancel, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	news, err := plain(r.GetNews())
	if err != nil {
		return nil, err
	}
	olds, err := plain(r.GetOlds())
	if err != nil {
		return nil, err
	}
	checked, broken, err := s.world.Check(session, cloud.CheckRequest{
		URN: r.GetUrn(), Token: tokenOf(r.GetUrn()), Inputs: news, Old: olds, Seed: r.GetRandomSeed(),
		Name: r.GetAutonaming().GetProposedName(),
	})
	if err != nil {
		return nil, err
	}
	inputs, err := wire(checked)
	response := &pulumirpc.CheckResponse{Inputs: inputs}
	for _, v := range broken {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: v.Path, Reason: v.Reason})
	}
	return response, err
}

var kinds = map[string][2]pulumirpc.PropertyDiff_Kind{
	cloud.Add:    {pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE},
	cloud.Change: {pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE},
	cloud.Drop:   {pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE},
}

// Diff compares new inputs with those of the last run.
func (s *Server) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := plain(r.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := plain(r.GetNews())
	if err != nil {
		return nil, err
	}
	diff, err := s.world.Diff(tokenOf(r.GetUrn()), olds, news)
	if err != nil {
		return nil, err
	}
	out := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{}, DeleteBeforeReplace: diff.DeleteFirst,
	}
	for _, d := range diff.Differences {
		name := strings.FieldsFunc(d.Path, func(r rune) bool { return r == '.' || r == '[' })[0]
		out.Changes = pulumirpc.DiffResponse_DIFF_SOME
		out.Diffs = append(out.Diffs, name)
		kind := kinds[d.Kind][0]
		if d.Replace {
			kind = kinds[d.Kind][1]
			out.Replaces = append(out.Replaces, name)
		}
		out.DetailedDiff[d.Path] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: true}
	}
	out.Diffs, out.Replaces = slices.Compact(out.Diffs), slices.Compact(out.Replaces)
	return out, nil
}

// Create makes a resource.
func (s *Server) Create(ctx context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	session, ctx, cancel, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	inputs, err := plain(r.GetProperties())
	if err != nil {
		return nil, err
	}
	made, err := s.world.Create(ctx, session, cloud.Request{
		URN: r.GetUrn(), Token: tokenOf(r.GetUrn()), Inputs: cloud.Given(inputs), Preview: r.GetPreview(),
	})
	if err != nil {
		return nil, failed(err)
	}
	state, err := wire(made.State)
	return &pulumirpc.CreateResponse{Id: made.ID, Properties: state}, err
}

// Read gives a resource's present state; an empty ID says that it is gone.
func (s *Server) Read(ctx context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	session, ctx, cancel, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	old, err := plain(r.GetInputs())
	if err != nil {
		return nil, err
	}
	state, err := plain(r.GetProperties())
	if err != nil {
		return nil, err
	}
	read, err := s.world.Read(ctx, session, cloud.Request{
		URN: r.GetUrn(), Token: tokenOf(r.GetUrn()), ID: r.GetId(), Old: old, State: state,
	})
	if err != nil {
		return nil, failed(err)
	}
	if read.ID == "" {
		return &pulumirpc.ReadResponse{}, nil
	}
	out := &pulumirpc.ReadResponse{Id: read.ID}
	if out.Properties, err = wire(read.State); err != nil {
		return nil, err
	}
	out.Inputs, err = wire(read.Inputs)
	return out, err
}

// Update changes a resource in place.
func (s *Server) Update(ctx context.Context, r *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	session, ctx, cancel, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	q := cloud.Request{URN: r.GetUrn(), Token: tokenOf(r.GetUrn()), ID: r.GetId(), Preview: r.GetPreview()}
	if q.Inputs, err = plain(r.GetNews()); err != nil {
		return nil, err
	}
	if q.Old, err = plain(r.GetOldInputs()); err != nil {
		return nil, err
	}
	if q.State, err = plain(r.GetOlds()); err != nil {
		return nil, err
	}
	q.Inputs, q.Old = cloud.Given(q.Inputs), cloud.Given(q.Old)
	updated, err := s.world.Update(ctx, session, q)
	if err != nil {
		return nil, failed(err)
	}
	state, err := wire(updated.State)
	return &pulumirpc.UpdateResponse{Properties: state}, err
}

// Delete takes a resource away.
func (s *Server) Delete(ctx context.Context, r *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	session, ctx, cancel, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	err = s.world.Delete(ctx, session, cloud.Request{URN: r.GetUrn(), Token: tokenOf(r.GetUrn()), ID: r.GetId()})
	return &emptypb.Empty{}, err
}

// failed passes an error on; that of a resource which AWS has made or changed
// all the same carries ID and state, so that the engine remembers it.
func failed(err error) error {
	var unfinished *cloud.UnfinishedError
	if !errors.As(err, &unfinished) {
		return err
	}
	state, wireErr := wire(unfinished.State)
	if wireErr != nil {
		return errors.Join(err, wireErr)
	}
	inputs, wireErr := wire(unfinished.Inputs)
	if wireErr != nil {
		return errors.Join(err, wireErr)
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: unfinished.ID, Properties: state, Inputs: inputs, Reasons: []string{err.Error()},
	})
}
