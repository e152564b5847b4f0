package eks

import (
	"fmt"
	"regexp"
	"strings"
)

// machine is what an instance type offers a node.
type machine struct {
	vcpus, memory int // GiB
	interfaces    int // network interfaces
	addresses     int // IPv4 addresses of each
	arm           bool
}

// sizes of the general, compute and memory families of the Nitro system share
// vCPUs and network interfaces (Amazon EC2 Instance Types Guide, "Network
// specifications"); memory follows from the family.
var sizes = map[string]struct{ vcpus, interfaces, addresses int }{
	"medium": {1, 2, 4}, "large": {2, 3, 10}, "xlarge": {4, 4, 15}, "2xlarge": {8, 4, 15},
	"4xlarge": {16, 8, 30}, "8xlarge": {32, 8, 30},
}

// perVCPU is the memory in GiB for each vCPU of a family's class.
var perVCPU = map[byte]int{'c': 2, 'm': 4, 'r': 8}

var (
	familyForm = regexp.MustCompile(`^([cmr])([5-8])(g|i|a)?(d|n)?$`)
	// burstable types have sizes of their own.
	burstable = map[string]machine{
		"t3.small": {2, 2, 3, 4, false}, "t3.medium": {2, 4, 3, 6, false}, "t3.large": {2, 8, 3, 12, false},
		"t3.xlarge": {4, 16, 4, 15, false}, "t3.2xlarge": {8, 32, 4, 15, false},
		"t3a.medium": {2, 4, 3, 6, false}, "t3a.large": {2, 8, 3, 12, false}, "t3a.xlarge": {4, 16, 4, 15, false},
		"t4g.small": {2, 2, 3, 4, true}, "t4g.medium": {2, 4, 3, 6, true}, "t4g.large": {2, 8, 3, 12, true},
		"t4g.xlarge": {4, 16, 4, 15, true}, "t4g.2xlarge": {8, 32, 4, 15, true},
	}
)

// machineOf looks an instance type up.
func machineOf(instanceType string) (machine, error) {
	if m, ok := burstable[instanceType]; ok {
		return m, nil
	}
	family, size, _ := strings.Cut(instanceType, ".")
	parts := familyForm.FindStringSubmatch(family)
	s, known := sizes[size]
	// Generation 5 has no letter or "a"/"d"/"n"; medium exists for Graviton only.
	if parts == nil || !known || size == "medium" && parts[3] != "g" || parts[2] == "5" && (parts[3] == "g" || parts[3] == "i") ||
		parts[2] != "5" && parts[3] == "" {
		return machine{}, invalid("The following supplied instance types do not exist: [%s]", instanceType)
	}
	return machine{s.vcpus, s.vcpus * perVCPU[family[0]], s.interfaces, s.addresses, parts[3] == "g"}, nil
}

// maxPods is the kubelet's limit: addresses of all interfaces without their
// primary ones, and two pods on the host's network. With prefix delegation
// each of them is a /28; EKS recommends no more than 110 pods below 30 vCPUs
// and 250 above (EKS User Guide, "Increase the available IP addresses").
func (m machine) maxPods(prefixes bool) int {
	slots := m.interfaces * (m.addresses - 1)
	if !prefixes {
		return slots + 2
	}
	limit := 110
	if m.vcpus > 30 {
		limit = 250
	}
	return min(limit, slots*16+2)
}

// cpu and mem are the node's capacity as quantities of Kubernetes.
func (m machine) cpu() string { return fmt.Sprint(m.vcpus) }
func (m machine) mem() string { return fmt.Sprintf("%dGi", m.memory) }
