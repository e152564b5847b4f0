package clusters

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// podSettings are the configuration values that the add-ons share: they change
// the pods of the add-on's workload.
type podSettings struct {
	Affinity       *corev1.Affinity             `json:"affinity"`
	NodeSelector   map[string]string            `json:"nodeSelector"`
	PodAnnotations map[string]string            `json:"podAnnotations"`
	PodLabels      map[string]string            `json:"podLabels"`
	Resources      *corev1.ResourceRequirements `json:"resources"`
	Tolerations    []corev1.Toleration          `json:"tolerations"`
}

// addonConfig is an add-on's configurationValues. EKS checks them against the
// add-on's JSON schema; here a key without a field is refused.
type addonConfig interface{ pods() podSettings }

func (p podSettings) pods() podSettings { return p }

// flag is a boolean that EKS's schemas also take as a string.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseBool(string(bytes.Trim(data, `"`)))
	if err != nil {
		return fmt.Errorf("%s is not true or false", data)
	}
	*f = flag(value)
	return nil
}

type cniConfig struct {
	podSettings
	Env                 map[string]string `json:"env"`
	EnableNetworkPolicy flag              `json:"enableNetworkPolicy"`
	Init                struct {
		Env map[string]string `json:"env"`
	} `json:"init"`
	NodeAgent struct {
		EnableCloudWatchLogs  flag                         `json:"enableCloudWatchLogs"`
		EnablePolicyEventLogs flag                         `json:"enablePolicyEventLogs"`
		HealthProbeBindAddr   string                       `json:"healthProbeBindAddr"`
		MetricsBindAddr       string                       `json:"metricsBindAddr"`
		Resources             *corev1.ResourceRequirements `json:"resources"`
	} `json:"nodeAgent"`
	ENIConfig struct {
		Create  bool           `json:"create"`
		Region  string         `json:"region"`
		Subnets map[string]any `json:"subnets"`
	} `json:"eniConfig"`
}

// Defaults of the CNI's environment (aws/amazon-vpc-cni-k8s, charts/aws-vpc-cni).
var cniEnv = map[string]string{
	"ADDITIONAL_ENI_TAGS":                   "{}",
	"AWS_VPC_CNI_NODE_PORT_SUPPORT":         "true",
	"AWS_VPC_ENI_MTU":                       "9001",
	"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":    "false",
	"AWS_VPC_K8S_CNI_EXTERNALSNAT":          "false",
	"AWS_VPC_K8S_CNI_LOGLEVEL":              "DEBUG",
	"AWS_VPC_K8S_CNI_RANDOMIZESNAT":         "prng",
	"AWS_VPC_K8S_CNI_VETHPREFIX":            "eni",
	"DISABLE_INTROSPECTION":                 "false",
	"DISABLE_METRICS":                       "false",
	"DISABLE_NETWORK_RESOURCE_PROVISIONING": "false",
	"ENABLE_IPv4":                           "true",
	"ENABLE_IPv6":                           "false",
	"ENABLE_POD_ENI":                        "false",
	"ENABLE_PREFIX_DELEGATION":              "false",
	"NETWORK_POLICY_ENFORCING_MODE":         "standard",
	"WARM_ENI_TARGET":                       "1",
	"WARM_PREFIX_TARGET":                    "1",
}

// NodeEnv is the environment of the aws-node container.
func (c *cniConfig) NodeEnv() map[string]string {
	env := maps.Clone(cniEnv)
	maps.Copy(env, c.Env)
	return env
}

// InitEnv is the environment of the init container.
func (c *cniConfig) InitEnv() map[string]string {
	env := map[string]string{"DISABLE_TCP_EARLY_DEMUX": "false", "ENABLE_IPv6": "false"}
	maps.Copy(env, c.Init.Env)
	return env
}

// NetworkPolicy is "true" when the network policy agent enforces policies.
func (c *cniConfig) NetworkPolicy() string { return strconv.FormatBool(bool(c.EnableNetworkPolicy)) }

// PolicyLogs is "true" when the agent writes flow logs.
func (c *cniConfig) PolicyLogs() string {
	return strconv.FormatBool(bool(c.NodeAgent.EnableCloudWatchLogs || c.NodeAgent.EnablePolicyEventLogs))
}

// ENIConfigs are the custom networking objects by zone.
func (c *cniConfig) ENIConfigs() map[string]any {
	if !c.ENIConfig.Create {
		return nil
	}
	return c.ENIConfig.Subnets
}

type proxyConfig struct {
	podSettings
	ProxyMode string         `json:"mode"`
	IPVS      map[string]any `json:"ipvs"`
}

// Mode is kube-proxy's mode; EKS's default is iptables.
func (c *proxyConfig) Mode() string {
	if c.ProxyMode == "" {
		return "iptables"
	}
	return c.ProxyMode
}

type identityAgentConfig struct {
	podSettings
	Agent struct {
		AdditionalArgs map[string]string `json:"additionalArgs"`
	} `json:"agent"`
	PriorityClassName string `json:"priorityClassName"`
}

type monitoringConfig struct {
	podSettings `json:"-"`
	NodeAgent   podSettings `json:"nodeAgent"`
	DCGMAgent   podSettings `json:"dcgmAgent"`
}

func (c *monitoringConfig) pods() podSettings { return c.NodeAgent }

// decodeConfig fills an add-on's configuration and refuses unknown keys.
func decodeConfig(addon string, values map[string]any, into addonConfig) error {
	data, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("add-on %s: configurationValues: %w", addon, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if values == nil {
		return nil
	}
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("add-on %s: configurationValues do not fit the add-on's schema: %w; see `aws eks describe-addon-configuration`", addon, err)
	}
	return nil
}
