package scenarios

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/vpclattice"
	latticetypes "github.com/aws/aws-sdk-go-v2/service/vpclattice/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// scales are the two places that hold a VPC's weights, asked by AWS's own client.
type scales struct {
	balancer *elbv2.Client
	network  *vpclattice.Client
	rule     string            // ARN of the load balancer's rule
	colours  map[string]string // of target groups in VPC Lattice that were seen, by ID
}

// sight is what both held, one right after the other.
type sight struct {
	balancer, network map[string]int
	// parts are the service's, listener's and rule's identifiers, owner whose mark the
	// service has.
	parts, owner string
}

const (
	clusterTag = "application-networking.k8s.aws/ClusterName"
	ownerTag   = "application-networking.k8s.aws/ManagedBy"
)

// scalesOf signs in as the stack's deploy role.
func scalesOf(t *testing.T, world *harness.World, dev *harness.Stack) *scales {
	t.Helper()
	config, err := awsconfig.LoadDefaultConfig(t.Context(), awsconfig.WithRegion("eu-west-1"), awsconfig.WithBaseEndpoint(world.Env["AWS_ENDPOINT_URL"]),
		awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(world.Env["AWS_ACCESS_KEY_ID"], world.Env["AWS_SECRET_ACCESS_KEY"], world.Env["AWS_SESSION_TOKEN"])))
	require.NoError(t, err)
	config.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(config), "arn:aws:iam::222222222222:role/retail-deploy"))
	s := &scales{balancer: elbv2.NewFromConfig(config), network: vpclattice.NewFromConfig(config), colours: map[string]string{}}
	for _, r := range resources(t, dev) {
		if r.Type == ruleType && strings.HasSuffix(r.URN, "::main-traffic") {
			s.rule = fmt.Sprint(r.Outputs["arn"])
		}
	}
	require.NotEmpty(t, s.rule, "the rule that divides customers")
	return s
}

// balancerGroup is a target group's ARN, of which the name begins with VPC and colour.
var balancerGroup = regexp.MustCompile(`:targetgroup/main-(blue|green)-`)

// look reads both.
func (s *scales) look(ctx context.Context) (sight, error) {
	out := sight{balancer: map[string]int{}, network: map[string]int{}}
	rules, err := s.balancer.DescribeRules(ctx, &elbv2.DescribeRulesInput{RuleArns: []string{s.rule}})
	if err != nil {
		return out, err
	}
	for _, g := range rules.Rules[0].Actions[0].ForwardConfig.TargetGroups {
		match := balancerGroup.FindStringSubmatch(aws.ToString(g.TargetGroupArn))
		if match == nil {
			return out, fmt.Errorf("the rule sends to %s", aws.ToString(g.TargetGroupArn))
		}
		out.balancer[match[1]] = int(aws.ToInt32(g.Weight))
	}
	return out, s.lookEast(ctx, &out)
}

// lookEast reads the rule of the one service, and whose it is.
func (s *scales) lookEast(ctx context.Context, out *sight) error {
	services, err := s.network.ListServices(ctx, &vpclattice.ListServicesInput{})
	if err != nil {
		return err
	}
	if len(services.Items) != 1 {
		return fmt.Errorf("%d services in VPC Lattice", len(services.Items))
	}
	service := services.Items[0]
	marks, err := s.network.ListTagsForResource(ctx, &vpclattice.ListTagsForResourceInput{ResourceArn: service.Arn})
	if err != nil {
		return err
	}
	out.owner = marks.Tags[ownerTag]
	listeners, err := s.network.ListListeners(ctx, &vpclattice.ListListenersInput{ServiceIdentifier: service.Id})
	if err != nil {
		return err
	}
	if len(listeners.Items) != 1 {
		return fmt.Errorf("%d listeners in VPC Lattice", len(listeners.Items))
	}
	listener := listeners.Items[0].Id
	rules, err := s.network.ListRules(ctx, &vpclattice.ListRulesInput{ServiceIdentifier: service.Id, ListenerIdentifier: listener})
	if err != nil {
		return err
	}
	var own []latticetypes.RuleSummary
	for _, r := range rules.Items {
		if !aws.ToBool(r.IsDefault) {
			own = append(own, r)
		}
	}
	if len(own) != 1 {
		return fmt.Errorf("%d rules in VPC Lattice", len(own))
	}
	out.parts = strings.Join([]string{aws.ToString(service.Id), aws.ToString(listener), aws.ToString(own[0].Id)}, " ")
	rule, err := s.network.GetRule(ctx, &vpclattice.GetRuleInput{ServiceIdentifier: service.Id, ListenerIdentifier: listener, RuleIdentifier: own[0].Id})
	if err != nil {
		return err
	}
	forward, is := rule.Action.(*latticetypes.RuleActionMemberForward)
	if !is {
		return fmt.Errorf("the rule does not forward: %T", rule.Action)
	}
	for _, g := range forward.Value.TargetGroups {
		colour, err := s.colour(ctx, aws.ToString(g.TargetGroupIdentifier))
		if err != nil {
			return err
		}
		out.network[colour] = int(aws.ToInt32(g.Weight))
	}
	return nil
}

// colour is that of the cluster whose export a target group is.
func (s *scales) colour(ctx context.Context, group string) (string, error) {
	if seen := s.colours[group]; seen != "" {
		return seen, nil
	}
	found, err := s.network.GetTargetGroup(ctx, &vpclattice.GetTargetGroupInput{TargetGroupIdentifier: &group})
	if err != nil {
		return "", err
	}
	tags, err := s.network.ListTagsForResource(ctx, &vpclattice.ListTagsForResourceInput{ResourceArn: found.Arn})
	if err != nil {
		return "", err
	}
	s.colours[group] = strings.TrimPrefix(tags.Tags[clusterTag], "retail-dev-main-")
	return s.colours[group], nil
}

// watch are looks without a break.
type watch struct {
	quit, done chan struct{}
	guard      sync.Mutex
	sights     []sight
	errs       []error
}

// watching looks until stop.
func (s *scales) watching(t *testing.T) *watch {
	t.Helper()
	w := &watch{quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for {
			seen, err := s.look(context.Background())
			w.guard.Lock()
			if err != nil {
				w.errs = append(w.errs, err)
			} else {
				w.sights = append(w.sights, seen)
			}
			w.guard.Unlock()
			select {
			case <-w.quit:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(w.end)
	return w
}

func (w *watch) end() {
	select {
	case <-w.quit:
	default:
		close(w.quit)
	}
	<-w.done
}

// stop ends the looks. At each of them weights summed to 100 in both places, and the
// service was the same with all its parts. It gives what each place went through.
func (w *watch) stop(t *testing.T) (balancer, network []map[string]int) {
	t.Helper()
	w.end()
	require.Empty(t, w.errs, "there was always a rule in both places")
	require.NotEmpty(t, w.sights)
	for _, s := range w.sights {
		assert.Equal(t, 100, sum(s.balancer), "load balancer: %v (B3)", s.balancer)
		assert.Equal(t, 100, sum(s.network), "VPC Lattice: %v (B3)", s.network)
		assert.Equal(t, w.sights[0].parts, s.parts, "service, listener and rule")
		balancer, network = append(balancer, s.balancer), append(network, s.network)
	}
	t.Logf("%d looks at both places", len(w.sights))
	return slices.CompactFunc(balancer, maps.Equal), slices.CompactFunc(network, maps.Equal)
}

func sum(weights map[string]int) int {
	all := 0
	for _, weight := range weights {
		all += weight
	}
	return all
}
