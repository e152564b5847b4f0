package clusters

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (n Node) bottlerocket() bool {
	return strings.HasPrefix(strings.ToUpper(n.AMIFamily), "BOTTLEROCKET")
}

func (n Node) status(r *record) (corev1.NodeStatus, error) {
	capacity := corev1.ResourceList{}
	for name, value := range map[corev1.ResourceName]string{
		corev1.ResourceCPU: n.CPU, corev1.ResourceMemory: n.Memory, corev1.ResourcePods: strconv.Itoa(n.MaxPods), corev1.ResourceEphemeralStorage: "20Gi",
	} {
		quantity, err := resource.ParseQuantity(value)
		if err != nil {
			return corev1.NodeStatus{}, fmt.Errorf("node %s: %s %q: %w", n.Name, name, value, err)
		}
		capacity[name] = quantity
	}
	version := n.Version
	if version == "" {
		version = r.Spec.Version
	}
	image := "Amazon Linux 2023"
	if n.bottlerocket() {
		image = "Bottlerocket OS (aws-k8s-" + version + ")"
	}
	now := metav1.Now()
	return corev1.NodeStatus{
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(r.KubeletPort)}},
		Capacity:        capacity,
		Allocatable:     allocatable(capacity, n.MaxPods),
		Addresses:       n.addresses(),
		Conditions: []corev1.NodeCondition{{
			Type: corev1.NodeReady, Status: corev1.ConditionFalse, Reason: "KubeletNotReady",
			Message:           "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
			LastHeartbeatTime: now, LastTransitionTime: now,
		}},
		NodeInfo: corev1.NodeSystemInfo{
			Architecture: architecture(n.InstanceType), OperatingSystem: "linux", OSImage: image,
			KubeletVersion: "v" + version + ".0-eks", ContainerRuntimeVersion: "containerd://2.1",
		},
	}, nil
}

// allocatable is what EKS's node bootstrap leaves to pods: it reserves 255 MiB
// and 11 MiB per pod for the kubelet and evicts below 100 MiB; the CPU share is
// 6% of the first core, 1% of the second, half a percent of the next two and a
// quarter of a percent of the rest (awslabs/amazon-eks-ami).
func allocatable(capacity corev1.ResourceList, maxPods int) corev1.ResourceList {
	left := capacity.DeepCopy()
	memory := left[corev1.ResourceMemory]
	reserved := int64(255+11*maxPods+100) << 20
	memory.Sub(*resource.NewQuantity(min(reserved, memory.Value()/2), resource.BinarySI))
	left[corev1.ResourceMemory] = memory
	cpu := left[corev1.ResourceCPU]
	var milli float64
	for core := range cpu.Value() {
		switch {
		case core == 0:
			milli += 60
		case core == 1:
			milli += 10
		case core < 4:
			milli += 5
		default:
			milli += 2.5
		}
	}
	cpu.Sub(*resource.NewMilliQuantity(int64(milli), resource.DecimalSI))
	left[corev1.ResourceCPU] = cpu
	return left
}

var nameAddress = regexp.MustCompile(`^ip-(\d+)-(\d+)-(\d+)-(\d+)\.`)

// kubeletAddressType is how the API server finds the kubelet of a node, and
// kubeletAddress where it is: KWOK on this machine. EC2 instances in private subnets
// have no address of the type.
const (
	kubeletAddressType = corev1.NodeExternalDNS
	kubeletAddress     = "localhost"
)

// addresses are those in the private DNS name that EC2 gives an instance, and
// KWOK's.
func (n Node) addresses() []corev1.NodeAddress {
	addresses := []corev1.NodeAddress{
		{Type: corev1.NodeHostName, Address: n.Name},
		{Type: corev1.NodeInternalDNS, Address: n.Name},
		{Type: kubeletAddressType, Address: kubeletAddress},
	}
	if parts := nameAddress.FindStringSubmatch(n.Name); parts != nil {
		addresses = append(addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: strings.Join(parts[1:], ".")})
	}
	return addresses
}
