package request

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam/policy"
)

// behaviour is the cache behaviour of a distribution that a request falls under: the first
// one, in the order of the distribution, whose path pattern fits, else the default one. Paths
// are compared with their case, and a pattern means the same with and without its leading
// slash (CacheBehavior.PathPattern, Amazon CloudFront API Reference).
func (t *trace) behaviour(d *cloud.Record) cloud.Props {
	path := strings.TrimPrefix(t.request.URL.Path, "/")
	for _, b := range items(d.State, "orderedCacheBehaviors") {
		if policy.Match(strings.TrimPrefix(text(b, "pathPattern"), "/"), path) {
			return b
		}
	}
	b, _ := cloud.Lookup(d.State, "defaultCacheBehavior").(map[string]any)
	return b
}

// viewerRefused ends the request when its scheme or its method is none that the behaviour
// takes; location is where the viewer is sent instead. A method that is not allowed is
// answered with 403 ("HTTP 403 status code (Permission Denied)", Amazon CloudFront Developer
// Guide).
func (t *trace) viewerRefused(d *cloud.Record, behaviour cloud.Props) (location string, refused bool) {
	if t.request.URL.Scheme == "http" {
		switch text(behaviour, "viewerProtocolPolicy") {
		case "redirect-to-https":
			return t.redirectToHTTPS(), true
		case "https-only":
			t.end(403, "distribution %s takes HTTPS only", d.ID)
			return "", true
		}
	}
	if allowed := ec2.Texts(behaviour, "allowedMethods[*]"); len(allowed) > 0 && t.request.Method != "" && !slices.Contains(allowed, t.request.Method) {
		t.end(403, "distribution %s does not allow the method %s on %s", d.ID, t.request.Method, t.request.URL.Path)
		return "", true
	}
	return "", false
}
