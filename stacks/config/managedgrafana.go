package config

import (
	"net/url"
	"regexp"

	"retail/internal/problem"
)

// ManagedGrafana is a workspace of Amazon Managed Grafana. It can be reached through an
// endpoint in the VPC alone, so from private networks.
type ManagedGrafana struct {
	// SourceCIDRs are the private ranges that may reach it. Required.
	SourceCIDRs []string `json:"sourceCidrs"`
	// Version is Grafana's: 10.4 or 12.4. It can go up, never down. Default 12.4.
	Version string `json:"version"`
	// IdentityCenter lets people of AWS IAM Identity Center in. Exactly one of this and saml is
	// required.
	IdentityCenter *GrafanaIdentityCenter `json:"identityCenter"`
	// SAML lets people of another identity provider in.
	SAML *GrafanaSAML `json:"saml"`
}

// GrafanaIdentityCenter says who of IAM Identity Center gets in. It must be enabled in the
// organisation, in any Region.
type GrafanaIdentityCenter struct {
	// AdminGroups are ids of its groups whose people administer the workspace. At least one is
	// required.
	AdminGroups []string `json:"adminGroups"`
	// EditorGroups are those whose people change dashboards. Default: none.
	EditorGroups []string `json:"editorGroups"`
	// ViewerGroups are those whose people look. Default: none.
	ViewerGroups []string `json:"viewerGroups"`
}

// GrafanaSAML is an identity provider that speaks SAML 2.0. Who has neither role is a viewer.
type GrafanaSAML struct {
	// MetadataURL is where it says what it is, by https. Required.
	MetadataURL string `json:"metadataUrl"`
	// RoleAttribute is the attribute that holds people's roles. Required.
	RoleAttribute string `json:"roleAttribute"`
	// AdminRoles are the values of it that make somebody an administrator of the workspace. At
	// least one is required.
	AdminRoles []string `json:"adminRoles"`
	// EditorRoles are those that let somebody change dashboards. At least one is required.
	EditorRoles []string `json:"editorRoles"`
}

// grafanaVersions are those that Amazon Managed Grafana makes workspaces of (Amazon Managed
// Grafana User Guide, "Differences between Grafana versions").
var grafanaVersions = []string{"10.4", "12.4"}

// newestGrafana is the version of a workspace unless told otherwise.
const newestGrafana = "12.4"

// identityGroupForm is a group's id in IAM Identity Center (Identity Store API Reference, GroupId).
var identityGroupForm = regexp.MustCompile(`^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}$`)

func managedGrafanaRules(list *problem.List, path string, o *Observability) {
	g := o.ManagedGrafana
	at := path + ".managedGrafana"
	switch wanted := o.Grafana == ManagedByAWS; {
	case !wanted && g != nil:
		list.Add(at, "is for grafana managed", nil, "choose grafana: managed, or leave it out")
	case wanted && g == nil:
		list.Add(at, "is required with grafana managed", nil, "say who gets in")
	}
	if o.Grafana == ManagedByAWS && o.Prometheus != ManagedByAWS {
		list.Add(path+".grafana", "managed asks a managed Prometheus: it reaches no cluster", quoted(string(o.Prometheus)), "choose prometheus: managed too")
	}
	if g == nil {
		return
	}
	internalRules(list, at, g.SourceCIDRs, "")
	oneOf(list, at+".version", g.Version, grafanaVersions...)
	if (g.IdentityCenter == nil) == (g.SAML == nil) {
		list.Add(at, "exactly one of identityCenter and saml is required", nil, "say who knows the people who get in")
	}
	if i := g.IdentityCenter; i != nil {
		i.rules(list, at+".identityCenter")
	}
	if s := g.SAML; s != nil {
		s.rules(list, at+".saml")
	}
}

func (i *GrafanaIdentityCenter) rules(list *problem.List, path string) {
	if len(i.AdminGroups) == 0 {
		list.Add(path+".adminGroups", "is required: else nobody can put a dashboard in", nil, "name a group")
	}
	seen := map[string]string{}
	for key, groups := range map[string][]string{"adminGroups": i.AdminGroups, "editorGroups": i.EditorGroups, "viewerGroups": i.ViewerGroups} {
		for _, id := range groups {
			if !identityGroupForm.MatchString(id) {
				list.Add(path+"."+key, "must be ids of groups", quoted(id), "ask `aws identitystore list-groups`")
			}
			if other := seen[id]; other != "" {
				list.Add(path, "each group has one role", quoted(id), "take it out of one of the lists")
			}
			seen[id] = key
		}
	}
}

func (s *GrafanaSAML) rules(list *problem.List, path string) {
	if u, err := url.Parse(s.MetadataURL); err != nil || u.Scheme != "https" || u.Host == "" {
		list.Add(path+".metadataUrl", "must be an address with https://", quoted(s.MetadataURL), "take it from the identity provider")
	}
	if s.RoleAttribute == "" {
		list.Add(path+".roleAttribute", "is required: else nobody has a role", nil, "name the attribute")
	}
	for key, roles := range map[string][]string{"adminRoles": s.AdminRoles, "editorRoles": s.EditorRoles} {
		if len(roles) == 0 {
			list.Add(path+"."+key, "is required: Amazon Managed Grafana asks for it", nil, "name a value of the attribute")
		}
	}
}
