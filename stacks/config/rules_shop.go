package config

import (
	"fmt"
	"regexp"
	"slices"

	"retail/internal/drain"
	"retail/internal/problem"
)

// shopRules are the rules of a VPC's shop.
func shopRules(list *problem.List, path string, v VPC) {
	if v.Shop == nil {
		return
	}
	shopReachable(list, path, v)
	podsLeaveInTime(list, path, v)
	at := path + ".shop"
	shopThemes(list, at, v.Shop)
	if v.Shop.CredentialsGeneration < 1 {
		list.Add(at+".credentialsGeneration", "must be at least 1", v.Shop.CredentialsGeneration, "leave it out, or add 1 to restart pods that hold a password")
	}
	few := false
	for _, name := range sortedKeys(v.Shop.Services) {
		service := v.Shop.Services[name]
		shopService(list, problem.Path(at, "services", name), name, service)
		if service.Min >= 1 && service.Min < len(v.Zones) {
			few = true
			if !v.Shop.Relax.FewPods.Given() {
				list.Add(problem.Path(at, "services", name, "min"), fmt.Sprintf("must be at least the number of zones, %d", len(v.Zones)), service.Min,
					"leave it out, or state a reason in shop.relax.fewPods")
			}
		}
		peakStays(list, problem.Path(at, "services", name), len(v.Zones), service)
	}
	if v.Shop.Relax.FewPods.Given() && !few {
		list.Add(at+".relax.fewPods", "relaxes what holds anyway", nil, "remove it")
	}
	shopFits(list, path, v)
}

// peakStays is case Z5 for one service: pods are even over zones, so that a lost zone takes
// its share of the fewest.
func peakStays(list *problem.List, path string, zones int, s ShopService) {
	if s.Peak < 1 {
		list.Add(path+".peak", "must be at least 1", s.Peak, "leave it out for what min leaves")
		return
	}
	if needed := fewestFor(s.Peak, zones); s.Min >= zones && zones >= fewestForEKS && s.Min < needed {
		list.Add(path+".min", fmt.Sprintf("must be at least %d, of which %d stay when one of %d zones is lost", needed, s.Peak, zones), s.Min,
			"leave it out, or lower peak")
	}
}

// fewestFor is the fewest pods of which peak are left when one zone is lost.
func fewestFor(peak, zones int) int { return ceil(peak*zones, max(zones-1, 1)) }

// shopReachable refuses a shop that nobody could reach.
func shopReachable(list *problem.List, path string, v VPC) {
	if v.FrontDoor == nil {
		list.Add(path+".shop", "needs the VPC's front door", nil, "declare frontDoor, or remove shop")
	}
	for _, colour := range sortedKeys(v.Clusters) {
		if v.Clusters[colour].LoadBalancing == nil {
			list.Add(problem.Path(path, "clusters", string(colour), "loadBalancing"), "is required with a shop: nothing would register its pods with the front door", nil,
				"declare loadBalancing: {}, or remove shop")
		}
	}
}

// podsLeaveInTime is case L7: a pod serves until the load balancer has let go of it, and is
// killed later.
func podsLeaveInTime(list *problem.List, path string, v VPC) {
	if v.FrontDoor == nil || v.FrontDoor.DrainSeconds > longestDrain {
		return
	}
	for _, colour := range sortedKeys(v.Clusters) {
		if longest := drain.LongestDeregistrationSeconds(v.Clusters[colour].builtIn()); v.FrontDoor.DrainSeconds > longest {
			list.Add(path+".frontDoor.drainSeconds",
				fmt.Sprintf("pods of %s have to leave within %d seconds, so that this is at most %d", colour, drain.LongestGraceSeconds, longest),
				v.FrontDoor.DrainSeconds, "lower it")
		}
	}
}

// builtIn says whether EKS Auto Mode registers the cluster's pods with load balancers.
func (c Cluster) builtIn() bool { return c.Compute == Auto }

// themes are the colour schemes of the shop's pages (AWS Containers Retail Store sample,
// src/ui, RETAIL_UI_THEME).
var themes = []string{"default", "green", "orange", "teal"}

func shopThemes(list *problem.List, path string, s *Shop) {
	for _, colour := range sortedKeys(s.Themes) {
		oneOf(list, path+".themes", colour, Colours()...)
		oneOf(list, problem.Path(path, "themes", string(colour)), s.Themes[colour], themes...)
	}
	if blue, green := s.Themes[Blue], s.Themes[Green]; blue == green && slices.Contains(themes, blue) {
		list.Add(path+".themes", "must tell the two clusters apart", quoted(blue), "choose two")
	}
}

var (
	imageTagForm = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$`)
	cpuForm      = regexp.MustCompile(`^[1-9][0-9]*m?$`)
	memoryForm   = regexp.MustCompile(`^[1-9][0-9]*(Mi|Gi)$`)
)

func shopService(list *problem.List, path, name string, s ShopService) {
	if !slices.Contains(shopServices, name) {
		list.Add(path, "must be one of "+joined(shopServices), quoted(name), "choose one of them")
	}
	if !imageTagForm.MatchString(s.Tag) {
		list.Add(path+".tag", "must be an image's tag or digest", quoted(s.Tag), `write it as "1.6.2" or "sha256:…"`)
	}
	if s.CPU != "" && !cpuForm.MatchString(s.CPU) {
		list.Add(path+".cpu", "must be cores or thousandths of one", quoted(s.CPU), "write it as 1 or 250m")
	}
	if s.Memory != "" && !memoryForm.MatchString(s.Memory) {
		list.Add(path+".memory", "must be in Mi or Gi", quoted(s.Memory), "write it as 512Mi")
	}
	if !s.sized() {
		list.Add(path, "1 ≤ min ≤ max must hold", fmt.Sprintf("min %d, max %d", s.Min, s.Max), "correct the numbers")
	}
	if s.CPUPercent < 1 || s.CPUPercent > 100 {
		list.Add(path+".cpuPercent", "must be 1 to 100", s.CPUPercent, "leave it out for 70")
	}
}

// sized says whether a service's numbers of pods can hold.
func (s ShopService) sized() bool { return s.Min >= 1 && s.Max >= s.Min }

// shopFits is case Z5: with one zone lost and every service at its largest, the nodes that
// are left have room, for the mesh's pods and those that watch too. Pods are counted, not
// their memory, which depends on instance types.
func shopFits(list *problem.List, path string, v VPC) {
	if len(v.Zones) < fewestForEKS {
		return
	}
	most := 0
	for _, service := range v.Shop.Services {
		if !service.sized() {
			return
		}
		most += service.Max
	}
	for _, colour := range sortedKeys(v.Clusters) {
		cluster := v.Clusters[colour]
		_, istiod := cluster.istiod()
		needed := most + v.beside(cluster, v.Shop.Services["ui"].Max, istiod, 0).pods
		if room := v.room(cluster); needed > room && cluster.countable() {
			list.Add(problem.Path(path, "clusters", string(colour)),
				fmt.Sprintf("must have room for the shop's pods with one zone lost, its mesh's and those that watch it: %d", room),
				fmt.Sprintf("%d at most", needed), "raise max of the node groups (compute auto: expectedNodes), or lower max of the shop's services")
		}
	}
}

// keepsShopOut: the shop's pods tolerate no taint.
func (g NodeGroup) keepsShopOut() bool {
	return slices.ContainsFunc(g.Taints, func(t Taint) bool { return t.Effect != "PreferNoSchedule" })
}

// room is how many pods of the shop and beside it the nodes take that are left when one zone
// is lost.
func (v VPC) room(c Cluster) int {
	zones := len(v.Zones)
	if c.Compute == Auto {
		return c.Auto.ExpectedNodes * (zones - 1) / zones * max(defaultPodsPerNode-v.kept(c, defaultPodsPerNode).pods, 0)
	}
	room := 0
	for _, group := range c.NodeGroups {
		if group.keepsShopOut() {
			continue
		}
		nodes := group.Max * (zones - 1) / zones
		if group.PerZone {
			nodes = group.Max * (zones - 1)
		}
		room += nodes * max(group.PodsPerNode-v.kept(c, group.PodsPerNode).pods, 0)
	}
	return room
}
