package upgrade_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/stackfile"
	"retail/cmd/retail/internal/upgrade"
	"retail/stacks/config"
)

// committed is a committed stack's file, changed.
func committed(t *testing.T, stack string, change func(*stackfile.File) (*stackfile.File, error)) (*stackfile.File, *config.Environment) {
	t.Helper()
	f, err := stackfile.Read("../../../../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	if change != nil {
		f, err = change(f)
		require.NoError(t, err)
	}
	return f, parsed(t, f, stack)
}

func parsed(t *testing.T, f *stackfile.File, stack string) *config.Environment {
	t.Helper()
	text, err := f.Environment()
	require.NoError(t, err)
	c, err := config.Parse("", text, config.Stack{Organization: "organization", Project: "retail", Name: stack})
	require.NoError(t, err, "%s", f.Text())
	return c.Environment
}

func options(to string) upgrade.Options {
	return upgrade.Options{Stack: "dev", VPC: "main", To: to, Shares: []int{5, 25, 50, 100}}
}

func titles(steps []upgrade.Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, s.Title)
	}
	return strings.Join(out, "\n")
}

// Each step's file holds to every rule of the program, and from each the rest of the
// sequence is the same: it can be left and taken up at any step.
func follows(t *testing.T, steps []upgrade.Step, o upgrade.Options) {
	t.Helper()
	for i, s := range steps {
		wanted := parsed(t, s.After, o.Stack)
		if i == len(steps)-1 || s.Diff() == "" {
			continue
		}
		rest, err := upgrade.Plan(s.After, wanted, o)
		require.NoError(t, err, s.Title)
		want := titles(steps[i+1:])
		got := titles(rest)
		if !strings.HasPrefix(want, "ask whether") { // asked again before the next share, after an interruption
			got = strings.TrimPrefix(got, "ask whether "+strings.SplitN(strings.TrimPrefix(got, "ask whether "), "\n", 2)[0]+"\n")
		}
		assert.Equal(t, want, got, s.Title)
	}
}

func TestTheIdleColourIsUpgradedAndTakesOver(t *testing.T) {
	f, wanted := committed(t, "dev", nil)
	steps, err := upgrade.Plan(f, wanted, options("1.36"))
	require.NoError(t, err)
	assert.Equal(t, strings.Join([]string{
		"upgrade green, which has no traffic, to 1.36",
		"ask whether green can take the traffic",
		"give green 5 % of the traffic", "give green 25 % of the traffic", "give green 50 % of the traffic", "give green 100 % of the traffic",
		"let green take the route of VPC Lattice over from blue", "take the route out of blue, which no longer owns it",
		"take blue away",
	}, "\n"), titles(steps))
	assert.Contains(t, steps[0].Diff(), "-            version: \"1.35\"\n+            version: \"1.36\"")
	assert.Contains(t, steps[2].Diff(), "-        traffic: {blue: 100, green: 0}\n+        traffic: {blue: 95, green: 5}")
	assert.Contains(t, steps[6].Diff(), "+        lattice: {takeOverFrom: blue, routes: green}")
	assert.Contains(t, steps[8].Diff(), "+        traffic: {green: 100}")
	assert.Contains(t, steps[8].Diff(), "-          blue:\n")
	follows(t, steps, options("1.36"))
}

func TestAColourThatDoesNotStandIsRaised(t *testing.T) {
	f, wanted := committed(t, "dev", func(f *stackfile.File) (*stackfile.File, error) {
		f, err := f.WithoutCluster("main", "green")
		if err != nil {
			return nil, err
		}
		return f.WithTraffic("main", stackfile.Weights{"blue": 100})
	})
	steps, err := upgrade.Plan(f, wanted, options("1.35"))
	require.NoError(t, err)
	assert.Equal(t, "raise green at 1.35 beside blue, without traffic", steps[0].Title)
	assert.Contains(t, steps[0].Diff(), "+            version: \"1.35\"")
	assert.Contains(t, steps[0].Diff(), "+        traffic: {blue: 100, green: 0}")
	follows(t, steps, options("1.35"))
}

// prod has autoshift and, in the test, a route that blue owns.
func TestOwnershipAndAutoshiftAreMoved(t *testing.T) {
	f, wanted := committed(t, "prod", nil)
	o := options("1.36")
	o.Stack = "prod"
	steps, err := upgrade.Plan(f, wanted, o)
	require.NoError(t, err)
	assert.Contains(t, titles(steps), "autoshift off\ntake blue away")
	follows(t, steps, o)
}

func TestWhatCannotBePlannedIsRefused(t *testing.T) {
	f, wanted := committed(t, "dev", nil)
	for name, c := range map[string]struct {
		change func(*upgrade.Options)
		says   string
	}{
		"no such VPC":     {func(o *upgrade.Options) { o.VPC = "other" }, "--vpc: must be a VPC of stack dev, got other"},
		"no such version": {func(o *upgrade.Options) { o.To = "1.99" }, "--to: must be one of the supported Kubernetes versions"},
		"older":           {func(o *upgrade.Options) { o.To = "1.34" }, "--to: must not be older than what green runs, 1.35, got 1.34"},
		"not to the end":  {func(o *upgrade.Options) { o.Shares = []int{5, 50} }, "--steps: must end at 100"},
	} {
		o := options("1.36")
		c.change(&o)
		_, err := upgrade.Plan(f, wanted, o)
		assert.ErrorContains(t, err, c.says, name)
	}
	f, wanted = committed(t, "dev", func(f *stackfile.File) (*stackfile.File, error) {
		return f.WithTraffic("main", stackfile.Weights{"blue": 60, "green": 40})
	})
	_, err := upgrade.Plan(f, wanted, options("1.36"))
	require.ErrorContains(t, err, "vpcs.main.traffic: must be with one colour before the other is changed, got {blue: 60, green: 40}: move it: retail shift --stack dev --vpc main --to blue")
}
