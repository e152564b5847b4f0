// Package provider serves a simulated AWS as Pulumi's `aws` resource provider.
// It translates between the provider protocol and package cloud and keeps one
// configured instance (account, region, default tags) for every plugin process
// of every engine: the plugin is a thin proxy that names its instance.
package provider

import (
	"context"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"

	"retail/sandbox/cloud"
)

// Version of pulumi-aws that is simulated.
const Version = "6.83.4"

// InstanceKey is the metadata key by which a plugin process names itself.
const InstanceKey = "sandbox-instance"

// Server is the provider. It is safe for concurrent use.
type Server struct {
	pulumirpc.UnimplementedResourceProviderServer

	world     *cloud.World
	mu        sync.Mutex
	instances map[string]*instance
}

// instance is one plugin process: configured once, cancelled at most once.
type instance struct {
	session *cloud.Session
	stop    context.Context
	cancel  context.CancelFunc
}

// New is a provider for a world.
func New(world *cloud.World) *Server {
	return &Server{world: world, instances: map[string]*instance{}}
}

// instance finds, or starts, the instance that a call belongs to.
func (s *Server) instance(ctx context.Context) *instance {
	name := ""
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		if ids := md.Get(InstanceKey); len(ids) > 0 {
			name = ids[0]
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instances[name] == nil {
		stop, cancel := context.WithCancel(context.Background())
		s.instances[name] = &instance{stop: stop, cancel: cancel}
	}
	return s.instances[name]
}

// session is the configured caller, with a context that ends when the call or
// its instance is cancelled.
func (s *Server) session(ctx context.Context) (*cloud.Session, context.Context, context.CancelFunc, error) {
	i := s.instance(ctx)
	if i.session == nil {
		return nil, nil, nil, rpcerror.New(codes.FailedPrecondition, "the aws provider is not configured yet")
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(i.stop, cancel)
	return i.session, ctx, cancel, nil
}

// Handshake tells the engine what the provider understands. Secrets are not
// among it: the engine then sends plain values and marks results itself.
func (s *Server) Handshake(context.Context, *pulumirpc.ProviderHandshakeRequest) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{SupportsAutonamingConfiguration: true}, nil
}

// GetPluginInfo tells the version.
func (s *Server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// Cancel ends what the instance is waiting for.
func (s *Server) Cancel(ctx context.Context, _ *emptypb.Empty) (*emptypb.Empty, error) {
	s.instance(ctx).cancel()
	return &emptypb.Empty{}, nil
}

// GetMapping has no Terraform mapping to give.
func (s *Server) GetMapping(context.Context, *pulumirpc.GetMappingRequest) (*pulumirpc.GetMappingResponse, error) {
	return &pulumirpc.GetMappingResponse{}, nil
}
