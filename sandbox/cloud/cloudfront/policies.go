package cloudfront

import (
	"retail/sandbox/cloud"
)

// managed is a policy of AWS's own, which every account has.
type managed struct {
	id, name string
	settings cloud.Props // as the data source answers them
}

// cachePolicies are those that a platform of this kind can have a reason to name
// (Developer Guide, "Use managed cache policies").
var cachePolicies = []managed{
	{"4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "Managed-CachingDisabled", cached(0, 0, 0, false, nothing, nothing, nothing)},
	{"658327ea-f89d-4fab-a63d-7e88639e58f6", "Managed-CachingOptimized", cached(1, 86400, 31536000, true, nothing, nothing, nothing)},
	{"b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "Managed-CachingOptimizedForUncompressedObjects",
		cached(1, 86400, 31536000, false, nothing, nothing, nothing)},
	{"83da9c7e-98b4-4e11-a168-04f0df8e2c65", "UseOriginCacheControlHeaders", cached(0, 0, 31536000, true, overriding, all, nothing)},
	{"4cc15a8a-d715-48a4-82b8-cc0b614638fe", "UseOriginCacheControlHeaders-QueryStrings", cached(0, 0, 31536000, true, overriding, all, all)},
}

// requestPolicies are the same for what the origin gets (Developer Guide, "Use
// managed origin request policies").
var requestPolicies = []managed{
	{"216adef6-5c7f-47e4-b989-5492eafa07d3", "Managed-AllViewer", forwarded(some("allViewer"), all, all)},
	{"b689b0a8-53d0-40ab-baf2-68738e2966ac", "Managed-AllViewerExceptHostHeader", forwarded(some("allExcept", "host"), all, all)},
	{"bf0718e1-ba1e-49d1-88b1-f726733018ae", "Managed-HostHeaderOnly", forwarded(some("whitelist", "host"), nothing, nothing)},
	{"59781a5b-3903-41f3-afcb-af62929ccde1", "Managed-CORS-CustomOrigin", forwarded(some("whitelist", "origin"), nothing, nothing)},
	{"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", "Managed-CORS-S3Origin", forwarded(some("whitelist", "origin",
		"access-control-request-headers", "access-control-request-method"), nothing, nothing)},
	{"acba4595-bd28-49b8-b9fe-13317c0390fa", "Managed-UserAgentRefererHeaders", forwarded(some("whitelist", "user-agent", "referer"), nothing, nothing)},
}

// headersPolicies are the same for what viewers get (Developer Guide, "Use
// managed response headers policies").
var headersPolicies = []managed{
	{"67f7725c-6f97-4210-82d7-5512b31e9d03", "Managed-SecurityHeadersPolicy", answered(false, true)},
	{"60669652-455b-4ae9-85a4-c4c02393f86c", "Managed-SimpleCORS", answered(true, false)},
	{"e61eb60c-9c35-4d20-a928-2b84e02af89c", "Managed-CORS-and-SecurityHeadersPolicy", answered(true, true)},
}

// choice is what of a kind (headers, cookies, query strings) a policy takes.
type choice struct {
	behaviour string
	items     []any
}

var (
	nothing    = choice{behaviour: "none"}
	all        = choice{behaviour: "all"}
	overriding = some("whitelist", "host", "origin", "x-http-method", "x-http-method-override", "x-method-override")
)

func some(behaviour string, items ...any) choice { return choice{behaviour, items} }

// config is a choice as the data sources answer it.
func (c choice) config(kind, kinds string) []any {
	return []any{cloud.Props{kind + "Behavior": c.behaviour, kinds: []any{cloud.Props{"items": c.items}}}}
}

func cached(least, byDefault, most float64, compressed bool, headers, cookies, queries choice) cloud.Props {
	return cloud.Props{"minTtl": least, "defaultTtl": byDefault, "maxTtl": most,
		"parametersInCacheKeyAndForwardedToOrigins": []any{cloud.Props{
			"enableAcceptEncodingBrotli": compressed, "enableAcceptEncodingGzip": compressed, "headersConfigs": headers.config("header", "headers"),
			"cookiesConfigs": cookies.config("cookie", "cookies"), "queryStringsConfigs": queries.config("queryString", "queryStrings")}}}
}

func forwarded(headers, cookies, queries choice) cloud.Props {
	return cloud.Props{"headersConfigs": headers.config("header", "headers"), "cookiesConfigs": cookies.config("cookie", "cookies"),
		"queryStringsConfigs": queries.config("queryString", "queryStrings")}
}

func answered(cors, security bool) cloud.Props {
	p := cloud.Props{"corsConfigs": []any{}, "customHeadersConfigs": []any{}, "removeHeadersConfigs": []any{},
		"securityHeadersConfigs": []any{}, "serverTimingHeadersConfigs": []any{}}
	if cors {
		p["corsConfigs"] = []any{cloud.Props{"accessControlAllowCredentials": false, "accessControlMaxAgeSec": 0, "originOverride": false,
			"accessControlAllowOrigins": []any{cloud.Props{"items": []any{"*"}}}}}
	}
	if security {
		p["securityHeadersConfigs"] = []any{cloud.Props{
			"contentTypeOptions": []any{cloud.Props{"override": true}},
			"frameOptions":       []any{cloud.Props{"frameOption": "SAMEORIGIN", "override": false}},
			"referrerPolicies":   []any{cloud.Props{"referrerPolicy": "strict-origin-when-cross-origin", "override": false}},
			"strictTransportSecurities": []any{cloud.Props{"accessControlMaxAgeSec": 31536000, "includeSubdomains": false,
				"preload": false, "override": false}},
			"xssProtections": []any{cloud.Props{"protection": true, "modeBlock": true, "override": false, "reportUri": ""}},
		}}
	}
	return p
}

// find is the policy of an ID or name; nil when there is none.
func find(policies []managed, wanted string) *managed {
	for i, p := range policies {
		if p.id == wanted || p.name == wanted {
			return &policies[i]
		}
	}
	return nil
}

func invokes() []*cloud.Invoke {
	invoke := func(kind, api, word, arn string, policies []managed) *cloud.Invoke {
		return &cloud.Invoke{Token: "aws:cloudfront/" + kind + ":" + kind, API: api, Do: func(c *cloud.Call) (cloud.Props, error) {
			id, name := c.Str("id"), c.Str("name")
			if (id == "") == (name == "") {
				return nil, c.Invalid("", "exactly one of id and name must be set")
			}
			p := find(policies, id+name)
			if p == nil {
				return nil, c.Invalid("", "no matching CloudFront %s (%s): of policies only AWS's own are simulated, add it to "+
					"sandbox/cloud/cloudfront/policies.go", word, id+name)
			}
			out := cloud.Clone(p.settings)
			out["id"], out["name"], out["comment"], out["etag"] = p.id, p.name, "", "E23ZP02F085DFQ"
			out["arn"] = c.GlobalARN("cloudfront", arn+"/"+p.id)
			return out, nil
		}}
	}
	return []*cloud.Invoke{
		invoke("getCachePolicy", "cloudfront:ListCachePolicies", "Cache Policy", "cache-policy", cachePolicies),
		invoke("getOriginRequestPolicy", "cloudfront:ListOriginRequestPolicies", "Origin Request Policy", "origin-request-policy", requestPolicies),
		invoke("getResponseHeadersPolicy", "cloudfront:ListResponseHeadersPolicies", "Response Headers Policy", "response-headers-policy", headersPolicies),
	}
}
