package cloudfront

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

var hostForm = regexp.MustCompile(`^([a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?\.)+[a-zA-Z]{2,}$`)

// forbidden are headers that CloudFront cannot be made to add (Developer Guide,
// "Custom headers that CloudFront can't add to origin requests").
var forbidden = []string{
	"cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-modified-since", "if-none-match", "if-range",
	"if-unmodified-since", "max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "proxy-connection", "range", "request-range",
	"te", "trailer", "transfer-encoding", "upgrade", "via", "x-real-ip",
}

func checkOrigins(c *cloud.Call) error {
	seen := map[string]bool{}
	for _, o := range objects(c.Inputs, "origins[*]") {
		name := str(o, "originId")
		if seen[name] {
			return invalid(c, "The parameter Origin Id is there twice: %s", name)
		}
		seen[name] = true
		if err := checkOrigin(c, o); err != nil {
			return err
		}
		if path := str(o, "originPath"); path != "" && (!strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/")) {
			return invalid(c, "The parameter OriginPath must begin with / and not end with it: %s", path)
		}
		for _, h := range objects(o, "customHeaders[*]") {
			header := strings.ToLower(str(h, "name"))
			if slices.Contains(forbidden, header) || strings.HasPrefix(header, "x-amz-") || strings.HasPrefix(header, "x-edge-") {
				return invalid(c, "The parameter HeaderName contains %s that is not allowed.", str(h, "name"))
			}
		}
	}
	return nil
}

// checkOrigin: an origin is a server of its own, one inside a VPC, or a bucket.
func checkOrigin(c *cloud.Call, o cloud.Props) error {
	var kinds []string
	for _, kind := range []string{"customOriginConfig", "s3OriginConfig", "vpcOriginConfig"} {
		if o[kind] != nil {
			kinds = append(kinds, kind)
		}
	}
	domain, control := str(o, "domainName"), str(o, "originAccessControlId")
	_, address := netip.ParseAddr(domain)
	switch {
	case len(kinds) > 1:
		return invalid(c, "An origin has one kind, got %v", kinds)
	case address == nil || !hostForm.MatchString(domain):
		return c.Fail("InvalidOrigin", "The specified origin server does not exist or is not valid: %q must be a domain name", domain)
	case len(kinds) == 1 && kinds[0] == "vpcOriginConfig":
		return nil
	case len(kinds) == 1 && kinds[0] == "customOriginConfig":
		if len(texts(o, "customOriginConfig.originSslProtocols[*]")) == 0 {
			return invalid(c, "The parameter OriginSslProtocols is required.")
		}
		if control != "" {
			return c.Fail("InvalidOriginAccessControl", "The origin access control is for buckets, not for the custom origin %s", domain)
		}
		return nil
	}
	if bucketOf(c, domain) == nil {
		return invalid(c, "The parameter Origin DomainName does not refer to a valid S3 bucket.")
	}
	if str(o, "s3OriginConfig.originAccessIdentity") != "" {
		return c.Invalid("origins", "originAccessIdentity is not simulated: use aws:cloudfront/originAccessControl")
	}
	return nil
}

// checkGroups: the two origins of a group must be there.
func checkGroups(c *cloud.Call) error {
	origins := texts(c.Inputs, "origins[*].originId")
	for _, g := range objects(c.Inputs, "originGroups[*]") {
		name, members := str(g, "originId"), texts(g, "members[*].originId")
		switch {
		case slices.Contains(origins, name):
			return invalid(c, "The parameter Origin Group Id is that of an origin: %s", name)
		case len(members) != 2 || members[0] == members[1]:
			return invalid(c, "An origin group has two members, got %v", members)
		}
		for _, m := range members {
			if !slices.Contains(origins, m) {
				return noOrigin(m)
			}
		}
		if codes, _ := cloud.All(g, "failoverCriteria.statusCodes[*]"); len(codes) == 0 {
			return invalid(c, "The parameter FailoverCriteria StatusCodes is required.")
		}
	}
	return nil
}

func noOrigin(name string) error {
	return notFound("NoSuchOrigin", "One or more of your origins or origin groups do not exist. (%s)", name)
}
