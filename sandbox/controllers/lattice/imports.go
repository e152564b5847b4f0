package lattice

import (
	"errors"
	"fmt"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

// lookup is how an import finds the target group of an export.
type lookup struct{ Namespace, Name, Cluster, Vpc, ARN string }

// lookupOf reads how an import finds its target group. Without an object of that name
// the name alone decides.
func (w *worker) lookupOf(namespace, name string) (*lookup, error) {
	out := &lookup{Namespace: namespace, Name: name}
	all, _ := list[serviceImport](w, imports)
	i := named(all, namespace, name)
	if i == nil {
		return out, nil
	}
	out.Cluster, out.Vpc, out.ARN = i.Annotations[importCluster], i.Annotations[importVpc], i.Annotations[importGroup]
	if export := i.Annotations[importExport]; export != "" {
		out.Name = export
	}
	if out.ARN != "" && (out.Cluster != "" || out.Vpc != "" || i.Annotations[importExport] != "") {
		return nil, fmt.Errorf("ServiceImport %s/%s: the annotation %s excludes %s, %s and %s", namespace, name, importGroup, importCluster, importVpc, importExport)
	}
	return out, nil
}

// resolve finds the target group of an import among those of the controller's own
// account and Region, the first that fits. One that is missing fails the whole route.
func (w *worker) resolve(l *lookup) (string, error) {
	if err := w.may("vpc-lattice:ListTargetGroups", "tag:GetResources"); err != nil {
		return "", err
	}
	found := w.actor.List(vpclattice.TargetGroup, func(r *cloud.Record) bool {
		if l.ARN != "" {
			return ec2.Text(r.State, "arn") == l.ARN
		}
		tags := tagsOf(r)
		return tags[tagSource] == sourceExport && tags[tagService] == l.Name && tags[tagServiceSpace] == l.Namespace &&
			(l.Cluster == "" || tags[tagCluster] == l.Cluster) && (l.Vpc == "" || ec2.Text(r.State, "config.vpcIdentifier") == l.Vpc)
	})
	if len(found) == 0 {
		return "", errors.New("target group for service import could not be found")
	}
	return found[0].ID, nil
}
