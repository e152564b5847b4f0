// Package elbv2 simulates Elastic Load Balancing v2: application and network
// load balancers, their listeners, rules and certificates, target groups,
// targets and their health.
//
// Rules, limits and defaults are those of the Elastic Load Balancing API
// Reference (version 2015-12-01) and of the Application and Network Load Balancer
// User Guides; error texts are AWS's own as users reported them. Not simulated,
// and refused by name: Gateway Load Balancers, Lambda targets, authentication
// by Amazon Cognito, mutual TLS, IPv6, IPAM pools, capacity reservations.
package elbv2

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	LoadBalancer        = "aws:lb/loadBalancer:LoadBalancer"
	Listener            = "aws:lb/listener:Listener"
	ListenerRule        = "aws:lb/listenerRule:ListenerRule"
	ListenerCertificate = "aws:lb/listenerCertificate:ListenerCertificate"
	TargetGroup         = "aws:lb/targetGroup:TargetGroup"
	Attachment          = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
)

// Types of other services that load balancers look at.
const (
	certificate       = "aws:acm/certificate:Certificate"
	serviceARN        = "elasticloadbalancing"
	applicationType   = "application"
	networkType       = "network"
	maxNameLength     = 32
	idLength          = 16 // hex digits at the end of an ARN
	fast              = time.Second
	placeOfThisFolder = "sandbox/cloud/elbv2/"
)

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(loadBalancerSpec(), listenerSpec(), ruleSpec(), listenerCertificateSpec(), targetGroupSpec(), attachmentSpec())
	r.AddInvoke(invokes()...)
}

// named is the automatic name of load balancers and target groups: AWS takes no
// more than 32 characters.
func named() *cloud.AutoName { return &cloud.AutoName{Property: "name", Max: maxNameLength} }

// nameOf is the name that a program gives, or the one that pulumi-aws makes of
// its prefix.
func nameOf(c *cloud.Call) string {
	if name := c.Str("name"); name != "" {
		return name
	}
	return c.Str("namePrefix") + c.Hex(26)
}

// text and its like read a property by dotted path.
func text(p cloud.Props, path string) string { return ec2.Text(p, path) }

// items are the objects of a list property.
func items(p cloud.Props, path string) []cloud.Props { return ec2.Items(p, path) }
