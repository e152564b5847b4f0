package store

import "slices"

const (
	// StoreGateway is the Service, Deployment and account of the gateway through which
	// customers come where there is a mesh, and the name of its Gateway.
	StoreGateway = "store-gateway"
	// LoadBalancers stands for whoever is no service: the load balancers, known by their
	// addresses and by no identity.
	LoadBalancers = "load balancers"
)

// Call is what one caller may ask of one service.
type Call struct {
	// Caller is a service, by its name and that of its account, or [LoadBalancers].
	Caller string
	// Callee is the service that is called.
	Callee string
	// Requests are what it may ask for.
	Requests []Request
}

// Request is a set of requests. Paths are Istio's patterns: "/a" is that path, "/a/*" all
// that begin with "/a/", and {*} one whole segment (Istio reference, "Authorization Policy",
// Operation).
type Request struct {
	Methods, Paths []string
	// Why is who needs it.
	Why string
}

var (
	read = []string{"GET", "HEAD"}
	get  = []string{"GET"}
	post = []string{"POST"}
)

// topology is what ui's page of that name asks every service.
var topology = Request{get, []string{"/topology"}, "ui's page of how the shop is put together"}

// customers is what load balancers may ask for, and the store gateway of ui: the pages that
// the shop has (aws-containers/retail-store-sample-app, src/ui, package web). Left out are
// /utility, by which anybody could end a pod, /proxy, which hands requests on to any
// service, the chat, which is off, and the actuator but for its readiness.
var customers = []Request{
	{read, []string{"/", "/home", "/catalog", "/catalog/*", "/cart", "/checkout"}, "pages"},
	{read, []string{"/assets/*", "/webjars/*", "/favicon.ico"}, "styles, scripts and pictures"},
	{read, []string{"/info", "/topology"}, "pages that show which pod answered, and what it reaches"},
	{post, []string{"/cart", "/cart/remove", "/checkout", "/checkout/delivery", "/checkout/payment"}, "forms"},
	{get, []string{EntryHealthPath}, "health checks of load balancers"},
}

// Calls is who may call whom in the shop: whoever is not in it may not. Policies of the
// network, of ztunnel and of the waypoint all come from here, as does docs/authorization.md.
// It is what the sample's own clients ask for (src/ui, package services, with the generated
// clients in package client; src/checkout, checkout/orders): the switches for failures under
// /chaos, metrics and health checks are not among it.
func Calls() []Call {
	return []Call{
		{LoadBalancers, StoreGateway, customers},
		{StoreGateway, ui, customers},
		{ui, catalog, []Request{
			{get, []string{"/catalog/products", "/catalog/products/{*}"}, "lists and products"},
			{get, []string{"/catalog/size", "/catalog/tags"}, "pages of a list, and its filters"},
			topology,
		}},
		{ui, carts, []Request{
			{[]string{"GET", "DELETE"}, []string{"/carts/{*}"}, "show a cart, empty it after an order"},
			{post, []string{"/carts/{*}/items"}, "put a product in"},
			{[]string{"DELETE"}, []string{"/carts/{*}/items/{*}"}, "take a product out"},
			topology,
		}},
		{ui, checkout, []Request{
			{get, []string{"/checkout/{*}"}, "show what is being bought"},
			{post, []string{"/checkout/{*}/update", "/checkout/{*}/submit"}, "addresses, delivery and the order itself"},
			topology,
		}},
		// Nothing in ui asks for orders: its service for them is not written.
		{ui, orders, []Request{topology}},
		{checkout, orders, []Request{{post, []string{"/orders"}, "place an order"}}},
	}
}

// callees are the services that a service calls.
func callees(name string) []string {
	var all []string
	for _, call := range Calls() {
		if call.Caller == name {
			all = append(all, call.Callee)
		}
	}
	return all
}

// callersOf are the services that call a service.
func callersOf(name string) []string {
	var all []string
	for _, call := range callsOf(name) {
		if call.Caller != LoadBalancers {
			all = append(all, call.Caller)
		}
	}
	return all
}

func callsOf(name string) []Call {
	return slices.DeleteFunc(Calls(), func(call Call) bool { return call.Callee != name })
}
