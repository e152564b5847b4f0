package zonalshift

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudcontrol"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/shifts"
)

// ObserversArgs configures who hears of shifts in one account and Region.
type ObserversArgs struct {
	// PhysicalName begins the names in AWS, for example "retail-prod". Required.
	PhysicalName string
	// Account and Region are whose shifts are observed. Required.
	Account, Region string
	// Subscribers are who is told, by a name that lasts. At least one. Required.
	Subscribers map[string]shifts.Subscriber
	// EveryAutoshift tells of autoshifts too in which none of the account's resources took
	// part. ARC has one switch for it in an account and Region: one stack may hold it.
	// Default false.
	EveryAutoshift bool
	// Tags are set on every resource, on top of the provider's default tags.
	Tags map[string]string
}

// Observers is the component.
type Observers struct {
	pulumi.ResourceState

	// TopicArn is the topic that subscribers listen to.
	TopicArn pulumi.StringOutput
}

// events are the kinds of event that ARC sends, by their detail-type (ARC Developer Guide,
// "Using zonal autoshift with Amazon EventBridge"). Experiments of AWS FIS are left out.
var events = []string{
	"Autoshift Completed", "Autoshift In Progress",
	"Manual Shift Canceled", "Manual Shift Started", "Manual Shift Updated",
	"Practice Run Failed", "Practice Run Interrupted", "Practice Run Started", "Practice Run Succeeded",
}

func (a *ObserversArgs) validate() error {
	var problems problem.List
	for path, given := range map[string]bool{
		"physicalName": a.PhysicalName != "", "account": a.Account != "", "region": a.Region != "", "subscribers": len(a.Subscribers) > 0,
	} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	for _, key := range tags.Sorted(a.Subscribers) {
		problems.Join(problem.Under(problem.Path("subscribers", key), a.Subscribers[key].Validate()))
	}
	return problems.Err()
}

// NewObservers sends the account's shifts in a Region to subscribers. It wants an explicit
// provider for the package aws among its options.
func NewObservers(ctx *pulumi.Context, name string, args *ObserversArgs, opts ...pulumi.ResourceOption) (*Observers, error) {
	if err := args.validate(); err != nil {
		return nil, problem.Under("observers", err)
	}
	made := &Observers{}
	if err := ctx.RegisterComponentResource("retail:zonalshift:Observers", name, made, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(made)
	topic, ready, err := newTopic(ctx, name, args, child)
	if err != nil {
		return nil, err
	}
	made.TopicArn = topic.Arn
	if err := sendEvents(ctx, name, args, topic, ready, child); err != nil {
		return nil, err
	}
	for _, key := range tags.Sorted(args.Subscribers) {
		s := args.Subscribers[key]
		if _, err := sns.NewTopicSubscription(ctx, names.Child(name, "subscriber", key), &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String(s.Protocol), Endpoint: pulumi.String(s.Endpoint),
		}, child); err != nil {
			return nil, err
		}
	}
	if args.EveryAutoshift {
		// Status has one value; deleting the resource switches it off.
		if _, err := cloudcontrol.NewResource(ctx, names.Child(name, "every-autoshift"), &cloudcontrol.ResourceArgs{
			TypeName:     pulumi.String("AWS::ARCZonalShift::AutoshiftObserverNotificationStatus"),
			DesiredState: pulumi.String(`{"Status":"ENABLED"}`),
		}, child); err != nil {
			return nil, err
		}
	}
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"topicArn": made.TopicArn})
}

// newTopic makes the topic, encrypted with a key of its own: AWS's key for SNS can be used
// by no other service (Amazon SNS Developer Guide, "Key management"). Ready is the topic
// with its policy.
func newTopic(ctx *pulumi.Context, name string, args *ObserversArgs, child pulumi.ResourceOption) (*sns.Topic, []pulumi.Resource, error) {
	physical := names.Child(args.PhysicalName, "zonal-shifts")
	document, err := keyPolicy(args, physical).JSON()
	if err != nil {
		return nil, nil, err
	}
	key, err := kms.NewKey(ctx, names.Child(name, "key"), &kms.KeyArgs{
		Description: pulumi.String("Encrypts the topic " + physical), EnableKeyRotation: pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(7), Policy: pulumi.String(document), Tags: tags.Named(names.Child(name, "key"), args.Tags),
	}, child)
	if err != nil {
		return nil, nil, err
	}
	topic, err := sns.NewTopic(ctx, names.Child(name, "topic"), &sns.TopicArgs{
		Name: pulumi.String(physical), KmsMasterKeyId: key.Arn, Tags: tags.Named(physical, args.Tags),
	}, child)
	if err != nil {
		return nil, nil, err
	}
	written, err := sns.NewTopicPolicy(ctx, names.Child(name, "topic"), &sns.TopicPolicyArgs{
		Arn: topic.Arn, Policy: policy.Render(map[string]pulumi.StringInput{"topic": topic.Arn}, topicPolicy),
	}, child)
	return topic, []pulumi.Resource{topic, written}, err
}

// topicPolicy lets EventBridge publish, and nobody without TLS. EventBridge's statement has
// no condition on the rule or account: it says that it does not support any here (Amazon
// EventBridge User Guide, "Amazon SNS permissions"), and events would be lost without a
// word. Its reach is one topic, in which nothing is secret.
func topicPolicy(known map[string]string) policy.Document {
	return policy.Document{
		{
			Sid: "EventsOfZonalShift", Principals: map[string][]string{"Service": {"events.amazonaws.com"}},
			Actions: []string{"sns:Publish"}, Resources: []string{known["topic"]},
		},
		{
			Sid: "TLSOnly", Effect: policy.Deny, Principals: map[string][]string{"AWS": {"*"}},
			Actions: []string{"sns:Publish"}, Resources: []string{known["topic"]},
			Conditions: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	}
}

// keyPolicy lets EventBridge use the key for this one topic. SNS binds data keys to the
// topic by the encryption context; conditions on the source are not supported from
// EventBridge (Amazon SNS Developer Guide, "Key management").
func keyPolicy(args *ObserversArgs, topic string) policy.Document {
	return policy.Document{
		{
			Sid: "Account", Principals: map[string][]string{"AWS": {"arn:aws:iam::" + args.Account + ":root"}},
			Actions: []string{"kms:*"}, Resources: []string{"*"}, // in a key policy: this key
		},
		{
			Sid: "Events", Principals: map[string][]string{"Service": {"events.amazonaws.com"}},
			Actions: []string{"kms:Decrypt", "kms:GenerateDataKey*"}, Resources: []string{"*"},
			Conditions: map[string]map[string][]string{"StringEquals": {
				"kms:EncryptionContext:aws:sns:topicArn": {fmt.Sprintf("arn:aws:sns:%s:%s:%s", args.Region, args.Account, topic)},
			}},
		},
	}
}

// sendEvents sends ARC's events to the topic, once it takes them.
func sendEvents(ctx *pulumi.Context, name string, args *ObserversArgs, topic *sns.Topic, ready []pulumi.Resource, child pulumi.ResourceOption) error {
	pattern, err := json.Marshal(map[string]any{"source": []string{"aws.arc-zonal-shift"}, "detail-type": events})
	if err != nil {
		return err
	}
	rule, err := cloudwatch.NewEventRule(ctx, names.Child(name, "events"), &cloudwatch.EventRuleArgs{
		Name:         pulumi.String(names.Child(args.PhysicalName, "zonal-shifts")),
		Description:  pulumi.String("Zonal shifts, autoshifts and practice runs"),
		EventPattern: pulumi.String(string(pattern)), Tags: tags.Named(names.Child(name, "events"), args.Tags),
	}, child)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, names.Child(name, "events"), &cloudwatch.EventTargetArgs{
		Rule: rule.Name, TargetId: pulumi.String("observers"), Arn: topic.Arn,
	}, child, pulumi.DependsOn(ready))
	return err
}
