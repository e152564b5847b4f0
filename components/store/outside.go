package store

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// outside is something outside the cluster that a service reaches.
type outside struct {
	service, role string
	host          pulumi.StringInput
	port          int
	// protocol is TCP where the server speaks first, as MySQL and PostgreSQL do before
	// they turn to TLS; else TLS. Neither is looked into.
	protocol string
}

const (
	tcp = "TCP"
	tls = "TLS"
)

// outsides are what the shop reaches: its stores, and the AWS services that it calls itself.
// Passwords are the driver's to fetch, on the nodes, and credentials come from EKS Pod
// Identity's agent, so that neither Secrets Manager nor STS is among them.
func (b *builder) outsides() []outside {
	data, aws := b.args.Data, "."+b.args.Region+".amazonaws.com"
	var all []outside
	if data.Catalog != nil {
		all = append(all, outside{catalog, "database", data.Catalog.Host, data.Catalog.Port, tcp})
	}
	if data.Orders != nil {
		all = append(all, outside{orders, "database", data.Orders.Host, data.Orders.Port, tcp})
	}
	if data.Checkout != nil {
		all = append(all, outside{checkout, "cache", data.Checkout.Host, data.Checkout.Port, tls})
	}
	if data.Broker != nil {
		name := data.Broker.Endpoint.ToStringOutput().ApplyT(func(endpoint string) string {
			name, _, _ := strings.Cut(endpoint, ":")
			return name
		}).(pulumi.StringOutput)
		all = append(all, outside{orders, "broker", name, data.Broker.Port, tls})
	}
	if data.Carts != nil {
		all = append(all, outside{carts, "table", pulumi.String("dynamodb" + aws), httpsPort, tls})
	}
	if data.Queue != nil {
		all = append(all, outside{orders, "queue", pulumi.String("sqs" + aws), httpsPort, tls})
	}
	return all
}

// known makes what lies outside known to the mesh, by name and with its protocol (case I8),
// and refuses the rest to pods with a sidecar.
//
// Who holds whom back: catalog's sidecar refuses what is not in the registry. ztunnel does
// not; it hands connections to unknown addresses on as they are, so that for the other
// pods the network policies are the limit: the data subnets on the ports of a service's own
// stores, and port 443 for those that call AWS. A waypoint in between could refuse by name,
// but every connection to a database would then end with one of its pods.
func (b *builder) known() ([]pulumi.Resource, error) {
	if !b.mesh().on() {
		return nil, nil
	}
	var made []pulumi.Resource
	for _, one := range b.outsides() {
		name := names.Child(one.service, one.role)
		entry, err := b.meshed(name+"-outside", objects.Metadata{Name: name}, objects.ServiceEntry{
			Hosts:    []pulumi.StringInput{one.host},
			Ports:    []objects.ServiceEntryPort{{Name: strings.ToLower(one.protocol), Number: one.port, Protocol: one.protocol}},
			Location: "MESH_EXTERNAL", Resolution: "DNS", ExportTo: []string{"."},
		})
		if err != nil {
			return nil, err
		}
		made = append(made, entry)
	}
	sidecar, err := b.meshed("catalog-sidecar", objects.Metadata{Name: catalog}, objects.Sidecar{
		Selector: objects.SidecarSelector{Labels: selector(catalog)},
		Outbound: objects.OutboundTrafficPolicy{Mode: objects.RegistryOnly},
		Egress:   []objects.SidecarEgress{{Hosts: b.sidecarHosts()}},
	})
	return append(made, sidecar), err
}
