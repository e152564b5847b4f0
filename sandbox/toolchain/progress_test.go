package toolchain

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// still is a reporter whose clock and drawing the test drives itself.
func still(out *bytes.Buffer, width int) (*reporter, *time.Time) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return &reporter{out: out, width: width, now: func() time.Time { return now }}, &now
}

func TestGoOutputTellsProgressFromComplaints(t *testing.T) {
	r, _ := still(&bytes.Buffer{}, 0)
	task := r.start("kube", "packages")
	task.setTotal(4)
	out := task.goOutput()
	for _, chunk := range []string{
		"go: downloading k8s.io/api v0.36.3\nunsafe\nk8s.io/api/core/v1\n",
		"gopkg.in/ya", "ml.v3\n# k8s.io/api/core/v1\n", "types.go:3:1: syntax error\n", "note: no line end",
	} {
		_, err := out.Write([]byte(chunk))
		require.NoError(t, err)
	}
	out.Close()

	assert.Equal(t, 3, task.steps)
	assert.Equal(t, "# k8s.io/api/core/v1\ntypes.go:3:1: syntax error\nnote: no line end\n", out.kept.String())
}

func TestDownloadsAreShownUntilTheNextPackage(t *testing.T) {
	r, _ := still(&bytes.Buffer{}, 0)
	task := r.start("kube", "packages")
	out := task.goOutput()
	_, _ = out.Write([]byte("go: downloading k8s.io/api v0.36.3\n"))
	assert.Contains(t, task.line("building"), "downloading k8s.io/api")
	_, _ = out.Write([]byte("k8s.io/api/core/v1\n"))
	assert.NotContains(t, task.line("building"), "downloading")
}

func TestNPMOutputCountsWhatIsFetched(t *testing.T) {
	r, _ := still(&bytes.Buffer{}, 0)
	task := r.start("pulumi-eks", "downloads")
	out := task.npmOutput()
	_, _ = out.Write([]byte("npm http fetch GET 200 x/@pulumi%2feks 12ms (cache hit)\n" +
		"npm http fetch GET 404 x/nothing 12ms\nnpm error code E404\n"))
	assert.Equal(t, 1, task.steps)
	assert.Equal(t, "npm error code E404\n", out.kept.String())
}

func TestLineShowsPercentageCountAndTime(t *testing.T) {
	r, now := still(&bytes.Buffer{}, 0)
	task := r.start("kube", "packages")
	task.setTotal(200)
	for range 83 {
		task.step()
	}
	*now = now.Add(72 * time.Second)
	line := strings.Join(strings.Fields(task.line("building")), " ")
	assert.Equal(t, "building kube 1m12s 41% 83/200 packages", line)
}

func TestPercentageStaysBelowAHundredWhileLinking(t *testing.T) {
	r, _ := still(&bytes.Buffer{}, 0)
	task := r.start("kube", "packages")
	task.setTotal(2)
	for range 3 {
		task.step()
	}
	assert.Contains(t, task.line("building"), "99%  2/2 packages  finishing")
}

func TestElsewhereThanOnATerminalLinesArePlain(t *testing.T) {
	var out bytes.Buffer
	r, _ := still(&out, 0)
	task := r.start("kube", "packages")
	r.show()
	task.end("built")
	assert.Equal(t, 3, strings.Count(out.String(), "\n"))
	assert.NotContains(t, out.String(), "\033")
	assert.NotContains(t, out.String(), "\r")
}

func TestTheLiveLineFitsTheTerminal(t *testing.T) {
	var out bytes.Buffer
	r, _ := still(&out, 40)
	for _, part := range []string{"kube", "pulumi-eks", "pulumi"} {
		r.start(part, "packages").setTotal(1000)
	}
	r.show()
	line := out.String()[strings.LastIndex(out.String(), "\033[K")+len("\033[K"):]
	assert.Len(t, line, 39)
	assert.NotContains(t, line, "\n")
}
