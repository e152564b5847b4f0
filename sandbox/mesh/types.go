package mesh

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The custom resources, as far as they decide.
type (
	gateway struct {
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			GatewayClassName string `json:"gatewayClassName"`
			Addresses        []struct {
				Type  string `json:"type"`
				Value string `json:"value"`
			} `json:"addresses"`
			Listeners []struct {
				Name     string `json:"name"`
				Port     int    `json:"port"`
				Protocol string `json:"protocol"`
				Hostname string `json:"hostname"`
			} `json:"listeners"`
		} `json:"spec"`
	}
	route struct {
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			ParentRefs []reference `json:"parentRefs"`
			Hostnames  []string    `json:"hostnames"`
			Rules      []rule      `json:"rules"`
		} `json:"spec"`
	}
	rule struct {
		Matches     []match          `json:"matches"`
		Filters     []map[string]any `json:"filters"`
		BackendRefs []reference      `json:"backendRefs"`
	}
	match struct {
		Path    *typed  `json:"path"`
		Method  string  `json:"method"`
		Headers []typed `json:"headers"`
		Query   []typed `json:"queryParams"`
	}
	typed struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	reference struct {
		Group       string           `json:"group"`
		Kind        string           `json:"kind"`
		Namespace   string           `json:"namespace"`
		Name        string           `json:"name"`
		SectionName string           `json:"sectionName"`
		Port        int              `json:"port"`
		Weight      *int             `json:"weight"`
		Filters     []map[string]any `json:"filters"`
	}
	selector struct {
		MatchLabels map[string]string `json:"matchLabels"`
	}
	peerAuthentication struct {
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			Selector *selector `json:"selector"`
			MTLS     *struct {
				Mode string `json:"mode"`
			} `json:"mtls"`
			PortLevelMTLS map[string]struct {
				Mode string `json:"mode"`
			} `json:"portLevelMtls"`
		} `json:"spec"`
	}
	policy struct {
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			Selector   *selector    `json:"selector"`
			TargetRef  *reference   `json:"targetRef"`
			TargetRefs []reference  `json:"targetRefs"`
			Action     string       `json:"action"`
			Rules      []permission `json:"rules"`
		} `json:"spec"`
	}
	permission struct {
		From []struct {
			Source source `json:"source"`
		} `json:"from"`
		To []struct {
			Operation operation `json:"operation"`
		} `json:"to"`
		When []any `json:"when"`
	}
	source struct {
		Principals           []string `json:"principals"`
		NotPrincipals        []string `json:"notPrincipals"`
		RequestPrincipals    []string `json:"requestPrincipals"`
		NotRequestPrincipals []string `json:"notRequestPrincipals"`
		Namespaces           []string `json:"namespaces"`
		NotNamespaces        []string `json:"notNamespaces"`
		ServiceAccounts      []string `json:"serviceAccounts"`
		NotServiceAccounts   []string `json:"notServiceAccounts"`
		IPBlocks             []string `json:"ipBlocks"`
		NotIPBlocks          []string `json:"notIpBlocks"`
		RemoteIPBlocks       []string `json:"remoteIpBlocks"`
		NotRemoteIPBlocks    []string `json:"notRemoteIpBlocks"`
	}
	operation struct {
		Hosts      []string `json:"hosts"`
		NotHosts   []string `json:"notHosts"`
		Ports      []string `json:"ports"`
		NotPorts   []string `json:"notPorts"`
		Methods    []string `json:"methods"`
		NotMethods []string `json:"notMethods"`
		Paths      []string `json:"paths"`
		NotPaths   []string `json:"notPaths"`
	}
)

// targets are what a policy is bound to; none: to pods.
func (p *policy) targets() []reference {
	if p.Spec.TargetRef != nil {
		return append([]reference{*p.Spec.TargetRef}, p.Spec.TargetRefs...)
	}
	return p.Spec.TargetRefs
}

// selects tells whether a selector fits; none fits all.
func (s *selector) selects(labels map[string]string) bool {
	if s == nil {
		return true
	}
	for key, value := range s.MatchLabels {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	return true
}
