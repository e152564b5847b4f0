package store

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
)

// service describes one of the five.
type service struct {
	// name is that of its Service and Deployment, image the last part of its image's.
	name, image string
	// runtime is what it is written in, as far as its pod shows it.
	runtime runtime
	// cpu and memory are what a pod asks for by default.
	cpu, memory string
	// env are its variables. afterCredentials come last and may name those before them.
	env, afterCredentials []variable
	// credentials are the passwords it starts with.
	credentials []credential
	// ports are those of its stores in the data subnets.
	ports []int
	// callsAWS says that it calls AWS services itself, with permissions.
	callsAWS    bool
	permissions *permissions
	// entry says that customers' requests come to it first, of all services.
	entry bool
	// gateway says that it is the store gateway, a proxy and none of the five.
	gateway bool
}

// runtime is what differs between the sample's programs.
type runtime struct {
	// ready, live are the paths of the health checks.
	ready, live string
	// env are variables of the runtime.
	env []variable
	// startSeconds is how long a start may take.
	startSeconds int
}

var (
	// spring is Spring Boot, whose groups of health checks tell "take me out" from
	// "restart me" (Spring Boot reference, "Kubernetes Probes").
	spring = runtime{
		ready: "/actuator/health/readiness", live: "/actuator/health/liveness", startSeconds: 180,
		env: []variable{
			plain("JAVA_OPTS", "-XX:MaxRAMPercentage=75.0 -Djava.security.egd=file:/dev/urandom"),
			plain("SERVER_SHUTDOWN", "graceful"),
			plain("MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED", "true"),
		},
	}
	// native are Go and Node, which have one health check.
	native = runtime{ready: "/health", live: "/health", startSeconds: 60}
)

// variable is an environment variable.
type variable = corev1.EnvVarArgs

func plain(name, value string) variable { return input(name, pulumi.String(value)) }

func input(name string, value pulumi.StringInput) variable {
	return variable{Name: pulumi.String(name), Value: value.ToStringOutput().ToStringPtrOutput()}
}

// field is a variable from the pod's own description.
func field(name, path string) variable {
	return variable{Name: pulumi.String(name), ValueFrom: corev1.EnvVarSourceArgs{
		FieldRef: corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String(path)},
	}}
}

// address is where a service is called from within the namespace.
func address(name string) string { return "http://" + name }

// permissions is what a service may do in AWS.
type permissions struct {
	// values are outputs that the policy needs, by names of its own.
	values map[string]pulumi.StringInput
	build  func(known map[string]string) policy.Document
}

// keyStatement allows the use of a KMS key, through one AWS service only.
func (b *builder) keyStatement(sid, through, key string, actions ...string) policy.Statement {
	return policy.Statement{
		Sid: sid, Actions: actions, Resources: []string{key},
		Conditions: map[string]map[string][]string{"StringEquals": {"kms:ViaService": {through + "." + b.args.Region + ".amazonaws.com"}}},
	}
}
