package vpclattice

import (
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Protocols of listeners, with the port of those that are given none.
const (
	protocolHTTP        = "HTTP"
	protocolHTTPS       = "HTTPS"
	protocolPassthrough = "TLS_PASSTHROUGH"
)

var usualPorts = map[string]int{protocolHTTP: 80, protocolHTTPS: 443, protocolPassthrough: 443}

// usualWeight is a target group's weight where none is given
// (terraform-provider-aws's default too).
const usualWeight = 100

func listenerSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Listener,
		API: cloud.API{Create: "vpc-lattice:CreateListener", Read: "vpc-lattice:GetListener", Update: "vpc-lattice:UpdateListener",
			Delete: "vpc-lattice:DeleteListener"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 63},
		Defaults: cloud.Props{"defaultAction.forwards[*].targetGroups[*].weight": usualWeight},
		Refs: slices.Concat(named("serviceIdentifier", Service), named("serviceArn", Service),
			named("defaultAction.forwards[*].targetGroups[*].targetGroupIdentifier", TargetGroup)),
		Check:  []func(*cloud.Call) error{checkServiceGiven, checkAction("defaultAction", "forwards")},
		Create: createListener,
		Update: func(c *cloud.Call) error {
			c.State["lastUpdatedAt"] = c.Now().Format(timeForm)
			return settleListener(c, c.Get(Service, serviceOfListener(c.ID)))
		},
		Delete: func(c *cloud.Call) error { removeRules(c, c.ID); return nil },
	}
}

// checkServiceGiven is terraform-provider-aws's AtLeastOneOf.
func checkServiceGiven(c *cloud.Call) error {
	if c.Any("serviceIdentifier") == nil && c.Any("serviceArn") == nil {
		return c.Invalid("serviceIdentifier", "one of serviceArn, serviceIdentifier must be specified")
	}
	return nil
}

// ownService is the service that an input names and the account owns: listeners and
// rules of another account's service cannot be changed.
func ownService(c *cloud.Call, identifier, action string) (*cloud.Record, error) {
	service, err := resolve(c, Service, action, identifier)
	if err == nil && service.Account != c.Account {
		return nil, denied(c, action, text(service.State, "arn"))
	}
	return service, err
}

func createListener(c *cloud.Call) error {
	identifier := c.Str("serviceIdentifier")
	if arn := c.Str("serviceArn"); arn != "" {
		identifier = arn
	}
	service, err := ownService(c, identifier, "CreateListener")
	if err != nil {
		return err
	}
	protocol, others := c.Str("protocol"), listenersOf(c, service.ID)
	ec2.Fill(c.State, cloud.Props{"port": float64(usualPorts[protocol])})
	if err := uniqueName(others, typeListener, c.Str("name")); err != nil {
		return err
	}
	for _, l := range others {
		if ec2.Number(l.State, "port") == ec2.Number(c.State, "port") {
			return conflict(typeListener, text(l.State, "listenerId"), "Listener with port %d already exists in Service %s",
				ec2.Number(l.State, "port"), service.ID)
		}
	}
	if err := withinQuota(c, quotaListeners, listenersPerService, len(others), typeListener, "listeners per service"); err != nil {
		return err
	}
	id, now := c.NewID("listener"), c.Now().Format(timeForm)
	c.ID = service.ID + "/" + id
	maps.Copy(c.State, cloud.Props{"listenerId": id, "arn": text(service.State, "arn") + "/listener/" + id, "createdAt": now, "lastUpdatedAt": now,
		"serviceArn": service.State["arn"]})
	ec2.Fill(c.State, cloud.Props{"serviceIdentifier": service.ID})
	return settleListener(c, service)
}

// settleListener holds the rules of TLS passthrough ("TLS listeners for VPC Lattice
// services", User Guide) and checks what the default action names.
func settleListener(c *cloud.Call, service *cloud.Record) error {
	passthrough := c.Str("protocol") == protocolPassthrough
	_, fixed := c.Any("defaultAction.fixedResponse").(map[string]any)
	switch {
	case passthrough && fixed:
		return invalid("defaultAction", "The default action of a TLS_PASSTHROUGH listener must be forward")
	case passthrough && text(service.State, "customDomainName") == "":
		return invalid("protocol", "A TLS_PASSTHROUGH listener needs a service with a custom domain name")
	case passthrough && text(service.State, "authType") == AuthIAM:
		return invalid("protocol", "A TLS_PASSTHROUGH listener needs a service with the auth type NONE")
	}
	return checkForward(c, service, forwardOf(c.State, "defaultAction", "forwards[0]"), passthrough, c.ID)
}

// listenersOf are the listeners of a service, by ID.
func listenersOf(c *cloud.Call, service string) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(Listener), func(l *cloud.Record) bool {
		return l.Region != c.Region || serviceOfListener(l.ID) != service
	})
}

// serviceOfListener is the ID of a listener's service.
func serviceOfListener(id string) string { return strings.TrimSuffix(id, "/"+lastPart(id)) }

// ListenersOf are the listeners of a service, by ID.
func ListenersOf(c *cloud.Call, service *cloud.Record) []*cloud.Record {
	return listenersOf(c, service.ID)
}

// passesThrough tells whether a service has a TLS_PASSTHROUGH listener.
func passesThrough(c *cloud.Call, service string) bool {
	return slices.ContainsFunc(listenersOf(c, service), func(l *cloud.Record) bool { return text(l.State, "protocol") == protocolPassthrough })
}

func getListener(c *cloud.Call) (cloud.Props, error) {
	service, err := ServiceOf(c, c.Str("serviceIdentifier"))
	if err != nil {
		return nil, err
	}
	var r *cloud.Record
	for _, l := range listenersOf(c, service.ID) {
		if text(l.State, "listenerId") == lastPart(c.Str("listenerIdentifier")) {
			r = l
		}
	}
	if r == nil {
		return nil, notFound(typeListener, c.Str("listenerIdentifier"))
	}
	forwards := []any{}
	if groups := forwardOf(r.State, "defaultAction", "forwards[0]"); len(groups) > 0 {
		forwards = append(forwards, cloud.Props{"targetGroups": cloud.Lookup(r.State, "defaultAction.forwards[0].targetGroups")})
	}
	fixed := []any{}
	if f, is := cloud.Lookup(r.State, "defaultAction.fixedResponse").(map[string]any); is {
		fixed = append(fixed, f)
	}
	out := answer(c, r, cloud.Props{"serviceId": service.ID, "serviceIdentifier": c.Str("serviceIdentifier"),
		"listenerIdentifier": c.Str("listenerIdentifier"), "defaultActions": []any{cloud.Props{"forwards": forwards, "fixedResponses": fixed}}})
	for _, property := range []string{"arn", "createdAt", "lastUpdatedAt", "listenerId", "name", "port", "protocol", "serviceArn"} {
		out[property] = r.State[property]
	}
	return out, nil
}
