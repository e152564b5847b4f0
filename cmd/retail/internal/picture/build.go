package picture

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// builder turns a stack's resources into boxes.
type builder struct {
	stack   *Stack
	picture *Picture
	root    *Box
	// byURN finds a component's box for what belongs to it.
	byURN map[string]*Box
	// vpcs are the VPCs' boxes, clusters those of "vpc-colour", by logical name.
	vpcs, clusters, doors map[string]*Box
	hub                   *Box
}

// Build draws what Read read. A stack without any resource of this program is an
// error that says so.
func Build(s *Stack) (*Picture, error) {
	b := &builder{
		stack: s, picture: &Picture{Title: s.Name, Preview: s.Preview}, root: &Box{}, byURN: map[string]*Box{},
		vpcs: map[string]*Box{}, clusters: map[string]*Box{}, doors: map[string]*Box{},
	}
	for _, step := range []func(){b.accounts, b.network, b.environment, b.frontDoors, b.serviceNetworks, b.stores, b.entrance, b.count} {
		step()
	}
	if len(b.root.Boxes) == 0 {
		return nil, fmt.Errorf("stack %s holds nothing to draw: deploy it first, or add --preview to draw what would be made", s.Name)
	}
	b.picture.Boxes = b.root.Boxes
	return b.picture, nil
}

// of are the resources of a type, by logical name.
func (b *builder) of(types ...string) []*Resource {
	var found []*Resource
	for _, r := range b.stack.Resources {
		if slices.Contains(types, r.Type) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(x, y *Resource) int { return cmp.Compare(x.Name, y.Name) })
	return found
}

// accounts makes a box for each account that a provider is tied to.
func (b *builder) accounts() {
	for _, r := range b.of("pulumi:providers:aws") {
		switch r.Name {
		case "aws":
			b.byURN[r.URN] = b.root.add(Account, "account", strings.TrimSpace(b.stack.Name+" "+accountOf(r)), r.text("region"))
		case "hub":
			b.hub = b.root.add(Account, "hub", strings.TrimSpace("network "+accountOf(r)), r.text("region"))
		}
	}
}

// accountOf is the account that a provider is tied to. The engine keeps lists of a
// provider's settings as JSON texts in some versions.
func accountOf(provider *Resource) string {
	var ids []any
	if list, ok := provider.Values["allowedAccountIds"].([]any); ok {
		ids = list
	} else if err := json.Unmarshal([]byte(provider.text("allowedAccountIds")), &ids); err != nil {
		return ""
	}
	if len(ids) == 0 {
		return ""
	}
	return fmt.Sprint(ids[0])
}

// account is the box of the stack's own account.
func (b *builder) account() *Box { return b.root.add(Account, "account", "account", b.stack.Name) }

// network draws the hub's own stack.
func (b *builder) network() {
	for _, r := range b.of("retail:transit:Hub") {
		account := b.account()
		b.byURN[r.URN] = account
		for _, gateway := range b.of("aws:ec2transitgateway/transitGateway:TransitGateway") {
			box := account.add(Transit, "gateway", "Transit Gateway", "AS "+gateway.text("amazonSideAsn"))
			b.claim(gateway, box)
			for _, table := range b.of("aws:ec2transitgateway/routeTable:RouteTable") {
				b.claim(table, box.add(Workload, table.Name, "route table", strings.TrimPrefix(table.Name, r.Name+"-")))
			}
		}
		for _, side := range b.of("aws:directconnect/gatewayAssociation:GatewayAssociation", "aws:ec2/vpnConnection:VpnConnection") {
			box := b.root.add(Outside, "premises", "data centre")
			b.claim(side, box)
			b.picture.Arrows = append(b.picture.Arrows, Arrow{From: box, To: account, Label: way(side.Type), Op: side.Op})
		}
	}
}

func way(resource string) string {
	if strings.HasPrefix(resource, "aws:directconnect/") {
		return "Direct Connect"
	}
	return "Site-to-Site VPN"
}

// environment draws VPCs with zones and clusters.
func (b *builder) environment() {
	for _, r := range b.of("retail:vpc:VPC") {
		box := b.account().add(VPC, r.Name, "VPC "+r.Name)
		b.vpcs[r.Name], b.byURN[r.URN] = box, box
		for _, v := range b.of("aws:ec2/vpc:Vpc") {
			if v.Parent == r.URN {
				box.Lines = append(box.Lines, v.text("cidrBlock"))
				b.claim(v, box)
			}
		}
		b.zones(r, box)
	}
	for _, r := range b.of("retail:transit:Attachment") {
		vpc, hub := b.vpcs[r.Name], b.hub
		if vpc == nil || hub == nil {
			continue
		}
		hub.add(Transit, "gateway", "Transit Gateway")
		op := r.Op
		if op == Same {
			op = b.touched(r.URN)
		}
		b.picture.Arrows = append(b.picture.Arrows, Arrow{From: vpc, To: hub, Label: "attachment", Op: op})
	}
	for _, r := range b.of("retail:cluster:Cluster") {
		b.cluster(r)
	}
}

// zones draws a VPC's availability zones, each with its subnets.
func (b *builder) zones(vpc *Resource, box *Box) {
	for _, wanted := range []string{"public", "private", "pods", "data", "attachment"} {
		for _, subnet := range b.of("aws:ec2/subnet:Subnet") {
			zone, found := strings.CutPrefix(subnet.Name, vpc.Name+"-"+wanted+"-")
			if !found || subnet.Parent != vpc.URN {
				continue
			}
			zoneBox := box.add(Zone, "zone-"+zone, zone)
			zoneBox.Lines = append(zoneBox.Lines, wanted+" "+subnet.text("cidrBlock"))
			b.claim(subnet, zoneBox)
		}
	}
	for _, nat := range b.of("aws:ec2/natGateway:NatGateway") {
		if nat.Parent == vpc.URN {
			zone := strings.TrimPrefix(nat.Name, vpc.Name+"-nat-")
			zoneBox := box.add(Zone, "zone-"+zone, zone)
			zoneBox.Lines = append(zoneBox.Lines, "NAT gateway")
			b.claim(nat, zoneBox)
		}
	}
}

// cluster draws one colour. Whatever component bears the colour's name belongs
// to it: add-ons, nodes, load balancing, the shop.
func (b *builder) cluster(r *Resource) {
	vpcName, colour, found := b.colourOf(r.Name)
	if !found {
		return
	}
	box := b.vpcs[vpcName].add(Cluster, colour, colour)
	b.clusters[r.Name], b.byURN[r.URN] = box, box
	for _, e := range b.of("aws:eks/cluster:Cluster") {
		if strings.HasPrefix(e.Name, r.Name+"-") || e.Name == r.Name {
			compute := "managed nodes"
			if e.text("computeConfig", "enabled") == "true" || boolean(e, "computeConfig", "enabled") {
				compute = "Auto Mode"
			}
			box.Lines = append(box.Lines, "Kubernetes "+e.text("version"), compute)
			b.claim(e, box)
		}
	}
	b.nodes(r.Name, box)
	for _, component := range b.stack.Resources {
		if strings.HasPrefix(component.Type, "retail:") && strings.HasPrefix(component.Name+"-", r.Name+"-") {
			b.byURN[component.URN] = box
		}
	}
	for _, shop := range b.of("retail:store:Store") {
		if shop.Name == r.Name {
			b.byURN[shop.URN] = box.add(Workload, "shop", append([]string{"shop"}, b.services(shop)...)...)
			b.claim(shop, b.byURN[shop.URN])
		}
	}
}

// nodes tells a colour's node groups, one line for all that are alike.
func (b *builder) nodes(colour string, box *Box) {
	groups := map[string]int{}
	for _, g := range b.of("aws:eks/nodeGroup:NodeGroup") {
		if strings.HasPrefix(g.Name, colour+"-") && g.Op != Delete {
			types, _ := g.Values["instanceTypes"].([]any)
			groups[fmt.Sprintf("%s\n%s to %s nodes each", strings.Trim(fmt.Sprint(types), "[]"),
				g.text("scalingConfig", "minSize"), g.text("scalingConfig", "maxSize"))]++
		}
	}
	for _, kind := range sortedKeys(groups) {
		box.Lines = append(box.Lines, fmt.Sprintf("%d × %s", groups[kind], kind))
	}
}

// services are the Deployments below a component.
func (b *builder) services(shop *Resource) []string {
	var out []string
	for _, d := range b.of("kubernetes:apps/v1:Deployment") {
		if b.below(d, shop.URN) {
			if name := d.text("metadata", "name"); name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// colourOf splits a colour's logical name, "vpc-colour".
func (b *builder) colourOf(name string) (vpc, colour string, found bool) {
	for _, vpc := range slices.Sorted(maps.Keys(b.vpcs)) {
		if colour, found := strings.CutPrefix(name, vpc+"-"); found && !strings.Contains(colour, "-") {
			return vpc, colour, true
		}
	}
	return "", "", false
}

func boolean(r *Resource, path ...string) bool {
	var value any = r.Values
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	yes, _ := value.(bool)
	return yes
}
