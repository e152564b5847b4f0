package platform

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"retail/cmd/retail/internal/shift"
	"retail/internal/entry"
)

// requestTime bounds one smoke request.
const requestTime = 10 * time.Second

// smoking are the smoke requests to one colour of a VPC. They are a customer's, with the
// header that reaches a colour whatever the weights (internal/entry).
type smoking struct {
	// host is the shop's, address where the requests go: the VPC's load balancer or, where
	// that takes CloudFront's requests alone, or is the only one, the shop's own name.
	host, address string
	// impossible is why no request reaches the colour; empty: they do.
	impossible string
	header     string
	paths      []string
	times      int
}

// smoking prepares the requests. A load balancer behind CloudFront is reached through it,
// which sends requests to one VPC alone.
func (s *Stack) smoking(vpc, colour string) *smoking {
	e := s.wanted.Entrance
	out := &smoking{host: e.Domain, header: s.read.TestHeaders[vpc][colour], paths: s.Paths, times: s.Requests}
	switch {
	case out.header == "":
		out.impossible = "the stack has no test header for " + colour + " in VPC " + vpc
	case e.Closed() && e.Primary != vpc:
		out.impossible = "CloudFront sends requests to VPC " + e.Primary + ", and VPC " + vpc + " takes none but CloudFront's"
	case e.Closed(), s.doors() == 1:
		out.address = e.Domain
	}
	return out
}

// doors is how many of the VPCs have a front door: to a single one the shop's name leads.
func (s *Stack) doors() int {
	n := 0
	for _, v := range s.wanted.VPCs {
		if v.FrontDoor != nil {
			n++
		}
	}
	return n
}

// send sends them, and follows no redirect: that is an answer.
func (s *smoking) send(ctx context.Context) ([]shift.Answer, error) {
	if s.impossible != "" {
		return []shift.Answer{{URL: "https://" + s.host, Error: s.impossible}}, nil
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // HTTPS_PROXY and SSL_CERT_FILE hold as everywhere
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.host}
	transport.ForceAttemptHTTP2 = true
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: requestTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var out []shift.Answer
	for _, path := range s.paths {
		for range s.times {
			out = append(out, s.one(ctx, client, path))
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
		}
	}
	return out, nil
}

func (s *smoking) one(ctx context.Context, client *http.Client, path string) shift.Answer {
	answer := shift.Answer{URL: "https://" + s.host + path}
	u := &url.URL{Scheme: "https", Host: s.address, Path: path}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	r.Host = s.host
	r.Header.Set(entry.ColourHeader, s.header)
	r.Header.Set("User-Agent", agent)
	response, err := client.Do(r)
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	defer response.Body.Close()                                                          //nolint:errcheck // it has been read
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)); err != nil { // so that the whole answer came
		answer.Error = fmt.Sprintf("the answer broke off: %v", err)
	}
	answer.Status = response.StatusCode
	return answer
}
