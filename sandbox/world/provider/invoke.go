package provider

import (
	"context"
	"encoding/json"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Invoke answers a data source.
func (s *Server) Invoke(ctx context.Context, r *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	session, ctx, cancel, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	args, err := plain(r.GetArgs())
	if err != nil {
		return nil, err
	}
	out, err := s.world.Invoke(ctx, session, r.GetTok(), args)
	if err != nil {
		return nil, err
	}
	result, err := wire(out)
	return &pulumirpc.InvokeResponse{Return: result}, err
}

// GetSchema lists what is simulated, by name only: programs are typed by the
// SDK of pulumi-aws, not by this schema.
func (s *Server) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	type none struct{}
	schema := struct {
		Name      string          `json:"name"`
		Version   string          `json:"version"`
		Resources map[string]none `json:"resources"`
		Functions map[string]none `json:"functions"`
	}{"aws", Version, map[string]none{}, map[string]none{}}
	for _, spec := range s.world.Registry().Specs() {
		schema.Resources[spec.Token] = none{}
	}
	for _, invoke := range s.world.Registry().Invokes() {
		schema.Functions[invoke.Token] = none{}
	}
	text, err := json.Marshal(schema)
	return &pulumirpc.GetSchemaResponse{Schema: string(text)}, err
}
