// Package lattice holds what several parts of the program must agree on about Amazon VPC
// Lattice: the names that the AWS Gateway API Controller makes of a route's, the mark by
// which it knows what is its own, weights, and what an auth policy may say. It declares
// nothing and asks nobody.
package lattice

import (
	"fmt"
	"regexp"
	"strings"

	"retail/internal/problem"
)

// Where the controller cuts the two halves of a service's name (AWS Gateway API Controller,
// pkg/utils/common.go: Truncate), in characters.
const (
	routeCut     = 20
	namespaceCut = 18
)

// serviceForm is what VPC Lattice takes as a service's name (Amazon VPC Lattice API
// Reference, CreateService), network the same for a service network, whose name is longer.
var (
	serviceForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	networkForm = serviceForm
)

// Lengths of names, in characters (Amazon VPC Lattice API Reference, CreateService and
// CreateServiceNetwork).
const (
	shortestName   = 3
	longestService = 40
	longestNetwork = 63
)

// RouteName is the name of a VPC's HTTPRoute. The VPC is in it, because a service's name is
// unique in an account and Region, and each VPC has a shop of its own.
func RouteName(vpc string) string { return "shop-" + vpc }

// ServiceName is the name of the VPC Lattice service that the controller makes of a route:
// both halves are cut, so that two routes can end up with one name.
func ServiceName(route, namespace string) string {
	return cut(route, routeCut) + "-" + cut(namespace, namespaceCut)
}

func cut(text string, limit int) string { return strings.Trim(text[:min(len(text), limit)], "-") }

// NetworkName is the name of an environment's service network, and of every Gateway that
// stands for it: the controller finds the network by the Gateway's name.
func NetworkName(environment string) string { return "retail-" + environment }

// CheckNetworkName refuses what CreateServiceNetwork refuses.
func CheckNetworkName(name string) error {
	var list problem.List
	checkName(&list, name, networkForm, longestNetwork, "sn-")
	return list.Err()
}

// CheckServiceName refuses a route whose name the controller would have to cut, and one that
// CreateService refuses. A cut name is legal by itself, but nobody finds it again, and the
// next long name may be cut to the same.
func CheckServiceName(route, namespace string) error {
	var list problem.List
	if len(route) > routeCut {
		list.Add("", fmt.Sprintf("the route's name must have at most %d characters: the controller cuts it there", routeCut),
			fmt.Sprintf("%s, cut to %s", route, cut(route, routeCut)), "shorten the VPC's name")
	}
	if len(namespace) > namespaceCut {
		list.Add("", fmt.Sprintf("the route's namespace must have at most %d characters: the controller cuts it there", namespaceCut),
			fmt.Sprintf("%s, cut to %s", namespace, cut(namespace, namespaceCut)), "shorten the namespace")
	}
	checkName(&list, ServiceName(route, namespace), serviceForm, longestService, "svc-")
	return list.Err()
}

func checkName(list *problem.List, name string, form *regexp.Regexp, longest int, reserved string) {
	if len(name) < shortestName || len(name) > longest {
		list.Add("", fmt.Sprintf("a name in VPC Lattice has %d to %d characters", shortestName, longest), fmt.Sprintf("%s (%d)", name, len(name)), "choose another name")
	}
	if !form.MatchString(name) || strings.HasPrefix(name, reserved) {
		list.Add("", "a name in VPC Lattice has lower-case letters, digits and single hyphens between them, and does not begin with "+reserved,
			fmt.Sprintf("%q", name), "choose another name")
	}
}

// ManagedByTag is on everything that a controller makes in VPC Lattice; TakeOverAnnotation, on
// a route, lets its controller take over the service that another one marked (AWS Gateway API
// Controller, "Blue/Green Multi-Cluster Migration with Service Takeover"). Both hold what
// [ManagedBy] returns.
const (
	ManagedByTag       = "application-networking.k8s.aws/ManagedBy"
	TakeOverAnnotation = "application-networking.k8s.aws/allow-takeover-from"
)

// ManagedBy is the mark of one cluster's controller.
func ManagedBy(account, cluster, vpcID string) string { return account + "/" + cluster + "/" + vpcID }
