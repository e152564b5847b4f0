package toolchain

import (
	"bytes"
	"regexp"
	"strings"
)

// filter splits a command's output into lines and hands each to take, which
// tells whether it was progress. Other lines are kept for the case of failure.
type filter struct {
	take    func(line string) bool
	kept    bytes.Buffer
	partial []byte
}

// Write implements io.Writer.
func (f *filter) Write(data []byte) (int, error) {
	f.partial = append(f.partial, data...)
	for {
		line, rest, found := bytes.Cut(f.partial, []byte("\n"))
		if !found {
			return len(data), nil
		}
		f.partial = rest
		f.line(string(line))
	}
}

// Close takes a last line that was not ended.
func (f *filter) Close() {
	if len(f.partial) > 0 {
		f.line(string(f.partial))
		f.partial = nil
	}
}

func (f *filter) line(line string) {
	if !f.take(line) {
		f.kept.WriteString(line + "\n")
	}
}

var (
	importPath = regexp.MustCompile(`^[\w.~+-]+(/[\w.~+-]+)*$`)
	download   = regexp.MustCompile(`^go: downloading (\S+) \S+$`)
	fetched    = regexp.MustCompile(`^npm http fetch GET 200 `)
)

// goOutput reads `go build -v`: the import path of each package as its
// compilation starts, and the modules being downloaded.
func (t *task) goOutput() *filter {
	return &filter{take: func(line string) bool {
		if match := download.FindStringSubmatch(line); match != nil {
			t.setNote("downloading " + match[1])
			return true
		}
		if importPath.MatchString(line) {
			t.step()
			return true
		}
		return false
	}}
}

// npmOutput reads `npm ci --loglevel http`: a line for each file fetched.
func (t *task) npmOutput() *filter {
	return &filter{take: func(line string) bool {
		if !fetched.MatchString(line) {
			return strings.HasPrefix(line, "npm http ")
		}
		t.step()
		return true
	}}
}
