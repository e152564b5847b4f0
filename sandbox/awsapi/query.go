package awsapi

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// query is the awsQuery protocol: a form in, XML out.
type query struct{}

func (query) read(_ *http.Request, body []byte, s *service) (*request, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &cloud.Error{Code: "MalformedQueryString", Status: http.StatusNotFound, Message: err.Error()}
	}
	o, err := s.find(form.Get("Action"))
	if err != nil {
		return nil, err
	}
	form.Del("Action")
	form.Del("Version")
	in := object{}
	for name := range form {
		place(in, strings.Split(name, "."), form.Get(name))
	}
	return &request{o, lists(in).(object)}, nil
}

// place puts a value at a path such as Targets.member.1.Id.
func place(in object, path []string, value string) {
	if len(path) == 1 {
		in[path[0]] = value
		return
	}
	inner, ok := in[path[0]].(object)
	if !ok {
		inner = object{}
		in[path[0]] = inner
	}
	place(inner, path[1:], value)
}

// lists makes a list of every object whose only key is "member".
func lists(v any) any {
	o, ok := v.(object)
	if !ok {
		return v
	}
	if members, is := o["member"].(object); is && len(o) == 1 {
		out := []any{}
		for i := 1; i <= len(members); i++ {
			out = append(out, lists(members[strconv.Itoa(i)]))
		}
		return out
	}
	for name := range o {
		o[name] = lists(o[name])
	}
	return o
}

func (query) answer(w http.ResponseWriter, out *answered) {
	var b strings.Builder
	fmt.Fprintf(&b, "<%sResponse><%sResult>", out.operation, out.operation)
	writeXML(&b, out.body)
	fmt.Fprintf(&b, "</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", out.operation, requestID(), out.operation)
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write([]byte(b.String())) // whoever asked has gone
}

func writeXML(b *strings.Builder, v any) {
	switch v := v.(type) {
	case object:
		for _, name := range sorted(v) {
			fmt.Fprintf(b, "<%s>", name)
			writeXML(b, v[name])
			fmt.Fprintf(b, "</%s>", name)
		}
	case []any:
		for _, one := range v {
			b.WriteString("<member>")
			writeXML(b, one)
			b.WriteString("</member>")
		}
	case time.Time:
		b.WriteString(v.UTC().Format("2006-01-02T15:04:05.000Z"))
	default:
		_ = xml.EscapeText(b, fmt.Append(nil, v)) // a builder takes everything
	}
}

func (query) fail(w http.ResponseWriter, err *cloud.Error) {
	kind := "Sender"
	if err.Status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	var b strings.Builder
	b.WriteString("<ErrorResponse><Error>")
	writeXML(&b, object{"Type": kind, "Code": err.Code, "Message": err.Message})
	fmt.Fprintf(&b, "</Error><RequestId>%s</RequestId></ErrorResponse>", requestID())
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(err.Status)
	_, _ = w.Write([]byte(b.String())) // whoever asked has gone
}

// code gives the codes of the services of this protocol (STS API Reference,
// "Common Errors").
func (query) code(common string) string {
	if common == "UnknownOperationException" {
		return "InvalidAction"
	}
	return common
}
