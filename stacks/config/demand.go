package config

import (
	"regexp"
	"strconv"
	"strings"
)

// demand is what pods ask for, or what nodes have for them.
type demand struct {
	pods int
	// cpu is in thousandths of a core, memory in MiB.
	cpu, memory int
}

func (d demand) plus(o demand) demand {
	return demand{d.pods + o.pods, d.cpu + o.cpu, d.memory + o.memory}
}

func (d demand) times(n int) demand { return demand{d.pods * n, d.cpu * n, d.memory * n} }

// What the parts of the mesh and of observability ask for, as components mesh, store and
// observability set it.
var (
	// onEachNode are Istio's CNI agent and ztunnel.
	onEachNode = demand{2, 200, 356}
	// istiodPod is one pod of the control plane.
	istiodPod = demand{1, 200, 512}
	// proxyPod is one pod of the store gateway, or of the waypoint.
	proxyPod = demand{1, 250, 256}
	// catalogSidecar is the proxy in each of catalog's pods.
	catalogSidecar = demand{0, 100, 128}
	// prometheusPods are Prometheus with its reloader, and kube-state-metrics.
	prometheusPods = demand{2, 120, 896}
	grafanaPod     = demand{1, 50, 256}
	kialiPod       = demand{1, 10, 256}
	jaegerPod      = demand{1, 20, 512}
	// insightsOnEachNode are the CloudWatch agent and Fluent Bit; insightsPod is their operator
	// (aws-observability/helm-charts, values of amazon-cloudwatch-observability).
	insightsOnEachNode = demand{2, 300, 153}
	insightsPod        = demand{1, 100, 64}
	// collectorPods are the two that send traces to X-Ray.
	collectorPods = demand{2, 40, 512}
)

const (
	// systemPods is how many pods a node runs beside all others: agents on every node, and
	// a share of the controllers.
	systemPods = 15
	// systemCPU is what kubelet and the agents of a node keep of its cores, in thousandths:
	// an estimate, of what EKS reserves (70 to 80 on two to four cores) and the agents ask
	// for: network, proxy, identity, secrets. The mesh's come on top.
	systemCPU = 500
	// agentMemory is what the agents of a node ask for and a share of the controllers, in
	// MiB: an estimate.
	agentMemory = 600
)

// kept is what a node does not have for others. EKS reserves memory by the pods a node may
// have, 255 MiB and 11 for each, and evicts below 100 (awslabs/amazon-eks-ami, nodeadm).
func (v VPC) kept(c Cluster, podsPerNode int) demand {
	node := demand{systemPods, systemCPU, agentMemory + 255 + 11*podsPerNode + 100}
	if c.Mesh.On() {
		node = node.plus(onEachNode)
	}
	if o := v.Observability; o != nil && o.ContainerInsights {
		node = node.plus(insightsOnEachNode)
	}
	return node
}

// beside is what stands in the cluster beside the shop's services, with so many pods of each
// of its proxies, of istiod and of catalog.
func (v VPC) beside(c Cluster, proxies, istiod, catalog int) demand {
	var all demand
	if c.Mesh.On() {
		all = istiodPod.times(istiod).plus(proxyPod.times(proxies)).plus(catalogSidecar.times(catalog))
	}
	if c.Mesh == MeshL7 {
		all = all.plus(proxyPod.times(proxies))
	}
	o := v.Observability
	if o == nil {
		return all
	}
	all = all.plus(prometheusPods)
	if o.ContainerInsights {
		all = all.plus(insightsPod)
	}
	if o.Grafana == InCluster {
		all = all.plus(grafanaPod)
	}
	switch {
	case !c.Mesh.On():
		return all
	case o.Tracing != nil && o.Tracing.Backend == JaegerTraces:
		all = all.plus(jaegerPod)
	case o.Tracing != nil:
		all = all.plus(collectorPods)
	}
	if o.Kiali {
		all = all.plus(kialiPod)
	}
	return all
}

// istiod returns the fewest and the most pods of the control plane.
func (c Cluster) istiod() (fewest, most int) {
	if c.Istio == nil {
		return 0, 0
	}
	return max(c.Istio.Replicas, 0), max(c.Istio.MaxReplicas, 0)
}

// defaultShopCPU is what the shop's pods ask for unless told otherwise.
const defaultShopCPU = "250m"

// defaultShopMemory is it for memory; others ask for 512Mi.
var defaultShopMemory = map[string]string{"catalog": "256Mi", "checkout": "256Mi"}

// asks is what one pod of a service asks for; false while that cannot be read.
func (s ShopService) asks(name string) (demand, bool) {
	cpu, memory := s.CPU, s.Memory
	or(&cpu, defaultShopCPU)
	or(&memory, defaultShopMemory[name])
	or(&memory, "512Mi")
	if !cpuForm.MatchString(cpu) || !memoryForm.MatchString(memory) {
		return demand{}, false
	}
	thousandths, power := quantity(cpu, "m", 1000)
	mebibytes, room := quantity(strings.TrimSuffix(memory, "i"), "M", 1024)
	return demand{1, thousandths, mebibytes}, power && room
}

// quantity reads a number in a small unit, or in a unit that is so many times as large.
func quantity(text, small string, times int) (int, bool) {
	number, isSmall := strings.CutSuffix(text, small)
	value, err := strconv.Atoi(strings.TrimSuffix(number, "G"))
	if !isSmall {
		value *= times
	}
	return value, err == nil
}

var (
	multipleForm = regexp.MustCompile(`^(\d*)xlarge$`)
	// familyForm are families whose memory follows from their cores: general purpose,
	// compute and memory optimised ones of the last generations, and burstable ones.
	familyForm = regexp.MustCompile(`^([cmr])[5-9][a-z-]*\.|^(t)[34][a-z]*\.`)
	// gibibytes for each vCPU, at least.
	gibibytes = map[string]int{"c": 2, "m": 4, "r": 8, "t": 4}
)

// vcpus is how many an instance type has, by its size: two in a large, four in an xlarge
// (Amazon EC2 Instance Types). Smaller and metal ones follow no such rule.
func vcpus(instance string) (int, bool) {
	_, size, _ := strings.Cut(instance, ".")
	match := multipleForm.FindStringSubmatch(size)
	switch {
	case size == "large":
		return 2, true
	case match == nil:
		return 0, false
	case match[1] == "":
		return 4, true
	}
	times, err := strconv.Atoi(match[1])
	return 4 * times, err == nil
}

// memoryOf is an instance type's memory in MiB (Amazon EC2 Instance Types).
func memoryOf(instance string) (int, bool) {
	cores, known := vcpus(instance)
	match := familyForm.FindStringSubmatch(instance)
	if !known || match == nil {
		return 0, false
	}
	return cores * gibibytes[match[1]+match[2]] * 1024, true
}
