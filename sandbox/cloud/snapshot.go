package cloud

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Identifiers are one line for each record, sorted, "account/region/token/id":
// two are equal exactly when the same resources exist.
func (w *World) Identifiers() []string {
	lines := []string{}
	for _, r := range w.lasting() {
		lines = append(lines, r.Line())
	}
	sort.Strings(lines)
	return lines
}

// Line is "account/region/type/id", which names this record and no other.
func (r *Record) Line() string {
	region := r.Region
	if region == "" {
		region = "global"
	}
	return fmt.Sprintf("%s/%s/%s/%s", r.Account, region, r.Token, r.ID)
}

// lasting are the records of what has not been deleted.
func (w *World) lasting() []*Record {
	return slices.DeleteFunc(w.Records(), func(r *Record) bool { return r.Fading })
}

// Normalised describes the world without what differs between two runs that
// end the same: identifiers, ARNs and automatic names become the logical names
// of their resources; addresses of processes, certificates and times become
// marks. Each entry is one record, by logical name.
func (w *World) Normalised() map[string]string {
	records := w.lasting()
	labels := labelsOf(records)
	rename := w.renames(records, labels)
	texts := map[string][]string{}
	for i, r := range records {
		text, _ := json.Marshal(r.State) // plain data always marshals
		named := marked(rename.Replace(string(text)))
		if r.Unfinished {
			named += " unfinished"
		}
		texts[labels[i]] = append(texts[labels[i]], named)
	}
	out := map[string]string{}
	for label, same := range texts {
		sort.Strings(same)
		for i, text := range same {
			name := label
			if i > 0 {
				name = fmt.Sprintf("%s #%d", label, i+1)
			}
			out[name] = text
		}
	}
	return out
}

// passing are values that differ from run to run: what AWS picks, and where and
// when the processes of a control plane run.
var passing = []struct {
	pattern *regexp.Regexp
	mark    string
}{
	{regexp.MustCompile(`127\.0\.0\.\d+:\d+`), "<address>"},
	{regexp.MustCompile(`LS0tLS1CRUdJTi[A-Za-z0-9+/=]+`), "<certificate>"},
	{regexp.MustCompile(`\b(AROA|AIPA|ANPA)[A-Z0-9]{12,}`), "<unique id>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^"]*`), "<time>"},
	{regexp.MustCompile(`\b[a-z]+(-[a-z]+)*-[0-9a-f]{17}\b`), "<id>"},
	{regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`), "<uuid>"},
	{regexp.MustCompile(`(eks-cluster-sg-([A-Za-z0-9_-]+|<[^>]+>))-\d+`), "${1}-<number>"},
	{regexp.MustCompile(`(/id/)[0-9A-F]{32}\b`), "${1}<issuer>"}, // of a cluster's OpenID Connect
	{regexp.MustCompile(`(VpcEndpoint::[^>]+>)-[0-9a-f]{8}\b`), "${1}-<hash>"},
	{regexp.MustCompile(`("(tunnel[12](Address|PresharedKey|InsideCidr|CgwInsideAddress|VgwInsideAddress)|outsideIpAddress|` +
		`customerGatewayConfiguration)":)"([^"\\]|\\.)*"`), `${1}"<tunnel>"`},
	{regexp.MustCompile(`\bip(-\d+){4}\b`), "<host>"},
	// Of databases: their resource ids, also in the names of their secrets, and the
	// account's part of their host names.
	{regexp.MustCompile(`(?i)\b(cluster|db)-[0-9a-f]{26}\b`), "${1}-<id>"},
	{regexp.MustCompile(`(>\.(cluster-(ro-)?)?)([0-9a-f]{6}|[0-9a-f]{12})(\.[a-z0-9-]+\.(rds|cache)\.)`), "${1}<account>${5}"},
	// Keys that a program generates once and puts into a rule's conditions.
	{regexp.MustCompile(`("values":\["[a-z]*\.?)[a-z0-9]{32}"`), `${1}<key>"`},
	{regexp.MustCompile(`("(podCidr|targetId)":")[0-9./]+"`), `${1}<pods>"`},
	{regexp.MustCompile(`\bk8s(-[A-Za-z0-9]+)+-[0-9a-f]{10}\b`), "<k8s name>"}, // holds the object's random UID
	{regexp.MustCompile(`("(secretString|password)":")([^"\\]|\\.)*"`), `${1}<secret>"`},
	{regexp.MustCompile(`"passwords":\[[^\]]*\]`), `"passwords":"<secrets>"`},
	{regexp.MustCompile(`\bns-\d+\.awsdns-\d+(\.[a-z]+)+`), "<name server>"},
	{regexp.MustCompile(`("private(Ip|IpAddress)":")[0-9.]+"`), `${1}<address>"`},
	// CloudFront's entity tags and references, and the addresses of accelerators.
	{regexp.MustCompile(`("etag":"|"callerReference":")[^"]*"`), `${1}<tag>"`},
	{regexp.MustCompile(`"(198\.51\.100|203\.0\.113)\.\d+"`), `"<static address>"`},
}

// marked is a text with marks in place of what differs from run to run.
func marked(text string) string {
	for _, p := range passing {
		text = p.pattern.ReplaceAllString(text, p.mark)
	}
	return text
}

// labelsOf names each record: by its URN; what AWS made for another by its type
// and its owner's label. Two resources of one URN, a bug to be seen, and the
// like that AWS makes have one label; what they hold tells them apart.
func labelsOf(records []*Record) []string {
	byID := map[string]string{}
	labels := make([]string, len(records))
	for pass := range 2 {
		for i, r := range records {
			if (pass == 0) != (r.URN != "") {
				continue
			}
			label := r.URN
			if r.URN == "" {
				label = fmt.Sprintf("%s of %s", r.Token, first(byID[r.Owner], marked(r.value("name")), r.Account+"/"+r.Region))
			}
			labels[i], byID[r.ID] = label, label
		}
	}
	return labels
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

var automatic = regexp.MustCompile(`-[0-9a-f]{7}$`)

// renames replaces every record's identifiers by its label, longest first.
func (w *World) renames(records []*Record, labels []string) *strings.Replacer {
	names := map[string]string{}
	for i, r := range records {
		if len(r.ID) > 8 {
			names[r.ID] = "<" + labels[i] + ">"
		}
		for property, what := range map[string]string{"arn": "arn", "arnSuffix": "arn's end", "dnsName": "name"} {
			if v := r.value(property); v != "" {
				names[v] = "<" + what + " of " + labels[i] + ">"
			}
		}
		if name := r.value("domainName"); strings.HasSuffix(name, ".cloudfront.net") { // a certificate's is the program's choice
			names[name] = "<name of " + labels[i] + ">"
		}
		if address := r.value("publicIp"); address != "" { // AWS's choice; its public name holds it with dashes
			names[address] = "<address of " + labels[i] + ">"
			names[strings.ReplaceAll(address, ".", "-")] = names[address]
		}
		spec := w.registry.specs[r.Token]
		if spec == nil || spec.AutoName == nil {
			continue
		}
		// What AWS made by itself is named by AWS, by other rules than these: its number
		// may look like the end of an automatic name, or not.
		if name := r.value(spec.AutoName.Property); r.URN != "" && automatic.MatchString(name) {
			names[name] = "<name of " + labels[i] + ">"
		}
	}
	old := make([]string, 0, len(names))
	for name := range names {
		old = append(old, name)
	}
	sort.Slice(old, func(i, j int) bool {
		return len(old[i]) > len(old[j]) || len(old[i]) == len(old[j]) && old[i] < old[j]
	})
	var pairs []string
	for _, name := range old {
		pairs = append(pairs, name, names[name])
	}
	return strings.NewReplacer(pairs...)
}
