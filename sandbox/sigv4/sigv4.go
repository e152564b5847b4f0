// Package sigv4 reads and checks AWS's Signature Version 4, in a request's
// Authorization header or in the query of a presigned URL (IAM User Guide,
// "Create a signed AWS API request").
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeLayout = "20060102T150405Z"
	// skew is how far a clock may be off: AWS refuses requests that were signed more
	// than 15 minutes ago.
	skew = 15 * time.Minute
)

// Signature is what a request says of its own signing.
type Signature struct {
	AccessKeyID, SessionToken string
	// Region and Service are the credential's scope.
	Region, Service string
	At              time.Time
	// Expires is how long a presigned URL holds; 0 for a signed request.
	Expires time.Duration
	// Headers that are signed, in lower case.
	Headers []string

	value, date string
	presigned   bool
}

// ErrUnsigned is a request that carries no signature.
var ErrUnsigned = errors.New("the request is not signed")

// ErrMismatch is a signature that the secret does not give.
var ErrMismatch = errors.New("the request signature we calculated does not match the signature you provided: check your key and signing method")

// ErrExpired is a signature out of its time.
var ErrExpired = errors.New("signature expired")

// Read takes the signature from a request.
func Read(r *http.Request) (*Signature, error) {
	if q := r.URL.Query(); q.Get("X-Amz-Signature") != "" {
		return readQuery(q)
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, ErrUnsigned
	}
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return nil, fmt.Errorf("the Authorization header must start with %s", algorithm)
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	s := &Signature{SessionToken: r.Header.Get("X-Amz-Security-Token"), value: fields["Signature"]}
	return s, s.complete(fields["Credential"], fields["SignedHeaders"], r.Header.Get("X-Amz-Date"))
}

func readQuery(q url.Values) (*Signature, error) {
	seconds, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	if q.Get("X-Amz-Algorithm") != algorithm || err != nil || seconds < 1 {
		return nil, fmt.Errorf("a presigned URL needs X-Amz-Algorithm=%s and X-Amz-Expires in seconds", algorithm)
	}
	s := &Signature{SessionToken: q.Get("X-Amz-Security-Token"), value: q.Get("X-Amz-Signature"), presigned: true,
		Expires: time.Duration(seconds) * time.Second}
	return s, s.complete(q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"), q.Get("X-Amz-Date"))
}

// complete reads "KEY/DATE/REGION/SERVICE/aws4_request" and the rest.
func (s *Signature) complete(credential, headers, at string) error {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[4] != terminator {
		return fmt.Errorf("credential %q must be KEY/DATE/REGION/SERVICE/%s", credential, terminator)
	}
	s.AccessKeyID, s.date, s.Region, s.Service = parts[0], parts[1], parts[2], parts[3]
	s.Headers = strings.Split(headers, ";")
	var err error
	if s.At, err = time.Parse(timeLayout, at); err != nil {
		return fmt.Errorf("X-Amz-Date %q must be a time such as 20260105T080000Z", at)
	}
	switch {
	case !slices.Contains(s.Headers, "host"):
		return errors.New("the host header must be signed")
	case !strings.HasPrefix(at, s.date):
		return fmt.Errorf("the credential is of %s, the request of %s", s.date, at)
	}
	return nil
}

// Verify checks the signature against a secret key and the time. The body is
// the request's, empty for a presigned URL.
func (s *Signature) Verify(r *http.Request, body []byte, secret string, now time.Time) error {
	last := s.At.Add(skew)
	if s.presigned {
		last = s.At.Add(s.Expires)
	}
	if now.After(last) || now.Before(s.At.Add(-skew)) {
		return fmt.Errorf("%w: signed at %s, it is %s", ErrExpired, s.At.Format(timeLayout), now.UTC().Format(timeLayout))
	}
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.date, s.Region, s.Service, terminator} {
		key = sum(key, part)
	}
	scope := strings.Join([]string{s.date, s.Region, s.Service, terminator}, "/")
	canonical := digest([]byte(s.canonical(r, body)))
	text := strings.Join([]string{algorithm, s.At.Format(timeLayout), scope, canonical}, "\n")
	if !hmac.Equal([]byte(hex.EncodeToString(sum(key, text))), []byte(s.value)) {
		return ErrMismatch
	}
	return nil
}

// canonical is the canonical request.
func (s *Signature) canonical(r *http.Request, body []byte) string {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	headers := ""
	for _, name := range s.Headers {
		headers += name + ":" + strings.Join(headerValues(r, name), ",") + "\n"
	}
	payload := digest(body)
	if slices.Contains(s.Headers, "x-amz-content-sha256") {
		payload = r.Header.Get("X-Amz-Content-Sha256")
	}
	// Every service but S3 encodes the path twice.
	return strings.Join([]string{r.Method, escape(path, true), canonicalQuery(r.URL.Query()), headers, strings.Join(s.Headers, ";"), payload}, "\n")
}

func headerValues(r *http.Request, name string) []string {
	switch name {
	case "host":
		return []string{r.Host}
	case "content-length":
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	var out []string
	for _, v := range r.Header.Values(name) {
		out = append(out, strings.Join(strings.Fields(v), " "))
	}
	return out
}

// canonicalQuery is the query without the signature, by name and value.
func canonicalQuery(q url.Values) string {
	var pairs []string
	for name, values := range q {
		if name == "X-Amz-Signature" {
			continue
		}
		for _, v := range values {
			pairs = append(pairs, escape(name, false)+"="+escape(v, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape percent-encodes all but RFC 3986's unreserved characters.
func escape(text string, slash bool) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-._~", b) >= 0 || slash && b == '/' {
			out.WriteByte(b)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", b)
	}
	return out.String()
}

func digest(body []byte) string { s := sha256.Sum256(body); return hex.EncodeToString(s[:]) }

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
