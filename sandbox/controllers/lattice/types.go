package lattice

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Object is what the custom resources have in common.
type Object struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Raw               *unstructured.Unstructured `json:"-"`
}

// object is short for it.
type object = Object

func (o *object) meta() *object { return o }

// key names the object in what the controller remembers.
func (o *object) key() string { return o.Kind + "/" + string(o.UID) }

func (o *object) String() string { return o.Namespace + "/" + o.Name }

// The custom resources, as far as the controller looks.
type (
	class struct {
		Object `json:",inline"`
		Spec   struct {
			ControllerName string `json:"controllerName"`
		} `json:"spec"`
	}
	gateway struct {
		Object `json:",inline"`
		Spec   struct {
			GatewayClassName string     `json:"gatewayClassName"`
			Listeners        []listener `json:"listeners"`
		} `json:"spec"`
	}
	listener struct {
		Name     string `json:"name"`
		Port     int    `json:"port"`
		Protocol string `json:"protocol"`
		TLS      *struct {
			Mode    string            `json:"mode"`
			Options map[string]string `json:"options"`
		} `json:"tls"`
		AllowedRoutes struct {
			Kinds []struct {
				Kind string `json:"kind"`
			} `json:"kinds"`
		} `json:"allowedRoutes"`
	}
	route struct {
		Object `json:",inline"`
		Spec   struct {
			ParentRefs []parent `json:"parentRefs"`
			Hostnames  []string `json:"hostnames"`
			Rules      []rule   `json:"rules"`
		} `json:"spec"`
	}
	parent struct {
		Group       string `json:"group,omitempty"`
		Kind        string `json:"kind,omitempty"`
		Namespace   string `json:"namespace,omitempty"`
		Name        string `json:"name"`
		SectionName string `json:"sectionName,omitempty"`
		Port        int    `json:"port,omitempty"`
	}
	rule struct {
		Matches     []match          `json:"matches"`
		Filters     []map[string]any `json:"filters"`
		BackendRefs []backend        `json:"backendRefs"`
	}
	match struct {
		Path        *typed  `json:"path"`
		Method      string  `json:"method"`
		Headers     []typed `json:"headers"`
		QueryParams []typed `json:"queryParams"`
	}
	typed struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	backend struct {
		Group     string `json:"group"`
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
		Port      int    `json:"port"`
		Weight    *int   `json:"weight"`
	}
	export struct {
		Object `json:",inline"`
		Spec   struct {
			ExportedPorts []struct {
				Port      int    `json:"port"`
				RouteType string `json:"routeType"`
			} `json:"exportedPorts"`
		} `json:"spec"`
	}
	serviceImport struct {
		Object `json:",inline"`
	}
	target struct {
		Group     string `json:"group"`
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	}
	groupPolicy struct {
		Object `json:",inline"`
		Spec   struct {
			TargetRef       *target `json:"targetRef"`
			Protocol        string  `json:"protocol"`
			ProtocolVersion string  `json:"protocolVersion"`
			HealthCheck     *struct {
				Enabled                 *bool  `json:"enabled"`
				IntervalSeconds         int    `json:"intervalSeconds"`
				TimeoutSeconds          int    `json:"timeoutSeconds"`
				HealthyThresholdCount   int    `json:"healthyThresholdCount"`
				UnhealthyThresholdCount int    `json:"unhealthyThresholdCount"`
				StatusMatch             string `json:"statusMatch"`
				Path                    string `json:"path"`
				Port                    int    `json:"port"`
				Protocol                string `json:"protocol"`
				ProtocolVersion         string `json:"protocolVersion"`
			} `json:"healthCheck"`
		} `json:"spec"`
	}
	authPolicy struct {
		Object `json:",inline"`
		Spec   struct {
			TargetRef *target `json:"targetRef"`
			Policy    string  `json:"policy"`
		} `json:"spec"`
	}
	vpcPolicy struct {
		Object `json:",inline"`
		Spec   struct {
			TargetRef        *target  `json:"targetRef"`
			AssociateWithVpc *bool    `json:"associateWithVpc"`
			SecurityGroupIDs []string `json:"securityGroupIds"`
		} `json:"spec"`
	}
)

// list are the objects of a custom resource, oldest first; false while they are not known.
func list[T any, P interface {
	*T
	meta() *object
}](w *worker, r schema.GroupVersionResource) ([]P, bool) {
	raw, ok := w.store.Objects(r)
	if !ok {
		return nil, false
	}
	var out []P
	for _, u := range raw {
		p := P(new(T))
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, p); err != nil {
			w.log.Warn("object", "kind", u.GetKind(), "name", u.GetName(), "error", err)
			continue
		}
		p.meta().Raw = u
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b P) int {
		x, y := a.meta(), b.meta()
		if n := x.CreationTimestamp.Compare(y.CreationTimestamp.Time); n != 0 {
			return n
		}
		return slices.Compare([]string{x.Namespace, x.Name}, []string{y.Namespace, y.Name})
	})
	return out, true
}

// named is one of a list by namespace and name; nil when it is not there.
func named[T any, P interface {
	*T
	meta() *object
}](all []P, namespace, name string) P {
	for _, o := range all {
		if m := o.meta(); m.Namespace == namespace && m.Name == name {
			return o
		}
	}
	return nil
}
