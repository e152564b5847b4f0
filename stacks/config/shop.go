package config

// Shop configures the shop in every cluster of a VPC. It needs the VPC's front door, and
// loadBalancing on each cluster.
type Shop struct {
	// Themes are the colour schemes of the shop's pages, by cluster: default, green, orange
	// or teal. Default: teal for blue, green for green. A page shows with it which cluster
	// answered.
	Themes map[Colour]string `json:"themes"`
	// Services are settings of single services, by name: ui, catalog, carts, checkout,
	// orders. Default: what each service needs.
	Services map[string]ShopService `json:"services"`
	// CredentialsGeneration is raised by one to restart the pods that hold a password, one
	// after the other, after a data store got a new one. Default 1.
	CredentialsGeneration int `json:"credentialsGeneration"`
	// Relax departs from production-safe defaults, with reasons.
	Relax ShopRelaxations `json:"relax"`
}

// ShopService configures one service of the shop.
type ShopService struct {
	// Tag is the image's tag, or its digest as "sha256:…". Default 1.6.2, the release that
	// this program knows.
	Tag string `json:"tag"`
	// CPU is what a pod asks for, such as 250m. There is no limit. Default 250m.
	CPU string `json:"cpu"`
	// Memory is what a pod asks for and may use, such as 512Mi. Default 512Mi for ui, carts
	// and orders, 256Mi for catalog and checkout.
	Memory string `json:"memory"`
	// Peak is how many pods must go on serving when any one zone is lost, without waiting
	// for new ones. Default: what is left of min, at least 1.
	Peak int `json:"peak"`
	// Min is the fewest pods, so many that peak are left without a zone. Default: what peak
	// needs, at least one per zone.
	Min int `json:"min"`
	// Max is the most pods. Default: four times min.
	Max int `json:"max"`
	// CPUPercent is the share of the CPU asked for, in use on average, from which pods are
	// added: 1 to 100. Default 70.
	CPUPercent int `json:"cpuPercent"`
}

// ShopRelaxations are a shop's departures from production-safe defaults.
type ShopRelaxations struct {
	// FewPods allows services with fewer pods than zones: the loss of a zone can take the
	// whole service.
	FewPods Reason `json:"fewPods"`
}

// shopServices are the services' names.
var shopServices = []string{"carts", "catalog", "checkout", "orders", "ui"}

const podsPerShopZone = 4

func (s *Shop) setDefaults(zones int) {
	or(&s.CredentialsGeneration, 1)
	filled := map[string]ShopService{}
	for _, name := range append(sortedKeys(s.Services), shopServices...) {
		service := s.Services[name]
		or(&service.Tag, "1.6.2")
		or(&service.Min, max(zones, fewestFor(service.Peak, zones)))
		or(&service.Peak, max(service.Min-ceil(service.Min, zones), 1))
		or(&service.Max, podsPerShopZone*service.Min)
		or(&service.CPUPercent, 70)
		filled[name] = service
	}
	s.Services = filled
}
