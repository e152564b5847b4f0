package eks

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
)

// addonNamespace is where the add-ons' service accounts are, but for those of otherNamespaces.
const addonNamespace = "kube-system"

// otherNamespaces are where the others have theirs.
var otherNamespaces = map[string]string{"amazon-cloudwatch-observability": "amazon-cloudwatch"}

func namespaceOf(addon string) string {
	if other := otherNamespaces[addon]; other != "" {
		return other
	}
	return addonNamespace
}

func (s *service) addonSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Addon,
		API: cloud.API{Create: "eks:CreateAddon", Read: "eks:DescribeAddon", Update: "eks:UpdateAddon",
			Delete: "eks:DeleteAddon"},
		Latency: cloud.Latency{Create: 40 * time.Second, Update: 40 * time.Second, Delete: 20 * time.Second},
		Refs: []cloud.Ref{
			clusterRef(),
			{Path: "serviceAccountRoleArn", To: []string{iam.Role}, By: "arn", NotFound: "InvalidParameterException"},
			{Path: "podIdentityAssociations[*].roleArn", To: []string{iam.Role}, By: "arn", NotFound: "InvalidParameterException"},
		},
		Check:  []func(*cloud.Call) error{checkAddon},
		Create: createAddon,
		Update: updateAddon,
		Wait:   s.waitAddon,
	}
}

// checkAddon refuses an argument that pulumi-aws deprecates for two others.
// That creating takes no PRESERVE (case E7) is in the facts tables.
func checkAddon(c *cloud.Call) error {
	if c.Any("resolveConflicts") != nil {
		return c.Invalid("resolveConflicts", "is deprecated and not simulated: use resolveConflictsOnCreate and resolveConflictsOnUpdate")
	}
	return nil
}

func createAddon(c *cloud.Call) error {
	cluster, err := active(c)
	if err != nil {
		return err
	}
	name, kubernetes := c.Str("addonName"), str(cluster.State, "version")
	c.ID = cluster.ID + ":" + name
	if c.Get(Addon, c.ID) != nil {
		return inUse("Addon already exists.")
	}
	version := c.Str("addonVersion")
	if version == "" {
		version = defaultVersion(name, kubernetes)
	}
	if err := checkOffer(name, version, kubernetes); err != nil {
		return err
	}
	if _, err := configuration(name, c.Str("configurationValues")); err != nil {
		return err
	}
	defaults(c.State, cloud.Props{"addonVersion": version, "configurationValues": "", "createdAt": stamp(c.Now())})
	c.State["arn"] = c.ARN("eks", "addon/"+cluster.ID+"/"+name+"/"+uuid(c))
	c.State["modifiedAt"] = stamp(c.Now())
	return identities(c)
}

func updateAddon(c *cloud.Call) error {
	cluster, err := active(c)
	if err != nil {
		return err
	}
	name, live := str(c.State, "addonName"), c.Get(Addon, c.ID)
	if c.Str("addonVersion") == "" {
		c.State["addonVersion"] = live.State["addonVersion"]
	}
	from, to := str(live.State, "addonVersion"), str(c.State, "addonVersion")
	if from != to {
		if err := checkOffer(name, to, str(cluster.State, "version")); err != nil {
			return err
		}
		if err := checkAddonStep(name, from, to); err != nil {
			return err
		}
	}
	if _, err := configuration(name, c.Str("configurationValues")); err != nil {
		return err
	}
	defaults(c.State, cloud.Props{"configurationValues": ""})
	c.State["modifiedAt"] = stamp(c.Now())
	return identities(c)
}

// checkAddonStep is the VPC CNI's own rule (EKS User Guide, "Amazon VPC CNI":
// one minor version at a time; case E4).
func checkAddonStep(name, from, to string) error {
	if name != "vpc-cni" {
		return nil
	}
	old, err := parseBuild(from)
	if err != nil {
		return err
	}
	now, err := parseBuild(to)
	if err != nil {
		return err
	}
	if step := now.minor - old.minor; now.major != old.major || step > 1 || step < -1 {
		return invalid("Updating VPC-CNI can only go up or down 1 minor version at a time")
	}
	return nil
}

// identities makes the Pod Identity associations that an add-on declares its
// own; they live and die with it.
func identities(c *cloud.Call) error {
	for _, a := range c.List(PodIdentity) {
		if a.Owner == c.ID {
			c.Remove(a)
		}
	}
	wanted, _ := c.State["podIdentityAssociations"].([]any)
	for _, w := range wanted {
		given, _ := w.(map[string]any)
		role, account := str(given, "roleArn"), str(given, "serviceAccount")
		if err := checkPodRole(c, role); err != nil {
			return err
		}
		cluster, namespace := str(c.State, "clusterName"), namespaceOf(str(c.State, "addonName"))
		if err := free(c, cluster, namespace, account); err != nil {
			return err
		}
		state := cloud.Props{"clusterName": cluster, "namespace": namespace, "serviceAccount": account, "roleArn": role}
		id := fillPodIdentity(c, state)
		c.Put(&cloud.Record{Token: PodIdentity, ID: id, Owner: c.ID, State: state})
	}
	return nil
}
