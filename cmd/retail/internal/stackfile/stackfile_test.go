package stackfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"retail/cmd/retail/internal/stackfile"
)

const text = `# Of dev.
encryptionsalt: v1:abc
config:
  retail:environment:
    vpcs:
      main:
        cidr: 10.20.0.0/16   # routed
        # Blue serves.
        traffic: {blue: 100, green: 0} # one number
        lattice: {routes: blue, domain: shop.internal}
        clusters:
          blue:
            version: "1.34"
            # Until traffic is on green.
            support: extended

          # The next one.
          green:
            version: '1.35'
            nodeGroups:
              general: {min: 1}
      second:
        traffic:
          # eighty
          blue: 80
          green: 20 # twenty
        lattice:
          # who owns it
          routes: green
        clusters: {blue: {version: "1.34"}}
`

func parse(t *testing.T, text string) *stackfile.File {
	t.Helper()
	f, err := stackfile.Parse("Pulumi.dev.yaml", []byte(text))
	require.NoError(t, err)
	return f
}

// changed gives the lines that a change takes away and those that it puts there.
func changed(t *testing.T, before, after *stackfile.File) string {
	t.Helper()
	var out []string
	for _, line := range strings.Split(stackfile.Diff(before, after), "\n") {
		if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++") {
			continue
		}
		if strings.HasPrefix(line, "-") || strings.HasPrefix(line, "+") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func TestWeightsAreChangedInTheirPlaces(t *testing.T) {
	f := parse(t, text)
	for name, c := range map[string]struct {
		vpc     string
		weights stackfile.Weights
		want    string
	}{
		"on one line": {"main", stackfile.Weights{"blue": 5, "green": 95},
			"-        traffic: {blue: 100, green: 0} # one number\n+        traffic: {blue: 5, green: 95} # one number"},
		"in lines": {"second", stackfile.Weights{"blue": 0, "green": 100},
			"-          blue: 80\n-          green: 20 # twenty\n+          blue: 0\n+          green: 100 # twenty"},
		"the same": {"main", stackfile.Weights{"blue": 100, "green": 0}, ""},
		"a colour less": {"main", stackfile.Weights{"green": 100},
			"-        traffic: {blue: 100, green: 0} # one number\n+        traffic: {green: 100} # one number"},
		"a colour less, in lines": {"second", stackfile.Weights{"green": 100},
			"-        traffic:\n-          # eighty\n-          blue: 80\n-          green: 20 # twenty\n+        traffic: {green: 100}"},
	} {
		after, err := f.WithTraffic(c.vpc, c.weights)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, changed(t, f, after), name)
		got, err := after.Traffic(c.vpc)
		require.NoError(t, err, name)
		assert.Equal(t, c.weights, got, name)
	}
}

// There and back gives the same text, whatever the weights between.
func TestWeightsThereAndBackLeaveTheTextAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vpc := rapid.SampledFrom([]string{"main", "second"}).Draw(t, "vpc")
		f, err := stackfile.Parse("Pulumi.dev.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		was, _ := f.Traffic(vpc)
		blue := rapid.IntRange(0, 100).Draw(t, "blue")
		there, err := f.WithTraffic(vpc, stackfile.Weights{"blue": blue, "green": 100 - blue})
		if err != nil {
			t.Fatal(err)
		}
		back, err := there.WithTraffic(vpc, was)
		if err != nil || string(back.Text()) != text {
			t.Fatalf("%v\n%s", err, back.Text())
		}
	})
}

func TestClustersComeChangeAndGo(t *testing.T) {
	f := parse(t, text)
	for name, c := range map[string]struct {
		do   func() (*stackfile.File, error)
		want string
	}{
		"another version": {func() (*stackfile.File, error) { return f.WithVersion("main", "green", "1.36") },
			"-            version: '1.35'\n+            version: '1.36'"},
		"gone, with the comment above it": {func() (*stackfile.File, error) { return f.WithoutCluster("main", "green") },
			"-          # The next one.\n-          green:\n-            version: '1.35'\n-            nodeGroups:\n-              general: {min: 1}"},
		"gone, but not the next one's comment": {func() (*stackfile.File, error) { return f.WithoutCluster("main", "blue") },
			"-          blue:\n-            version: \"1.34\"\n-            # Until traffic is on green.\n-            support: extended"},
		"ownership moves": {func() (*stackfile.File, error) { return f.WithLattice("main", "routes", "green") },
			"-        lattice: {routes: blue, domain: shop.internal}\n+        lattice: {routes: green, domain: shop.internal}"},
		"a key more, on one line": {func() (*stackfile.File, error) { return f.WithLattice("main", "takeOverFrom", "blue") },
			"-        lattice: {routes: blue, domain: shop.internal}\n+        lattice: {takeOverFrom: blue, routes: blue, domain: shop.internal}"},
		"a key more, in lines": {func() (*stackfile.File, error) { return f.WithLattice("second", "takeOverFrom", "blue") },
			"+          takeOverFrom: blue"},
		"a key less, on one line": {func() (*stackfile.File, error) { return f.WithLattice("main", "domain", "") },
			"-        lattice: {routes: blue, domain: shop.internal}\n+        lattice: {routes: blue}"},
	} {
		after, err := c.do()
		require.NoError(t, err, name)
		assert.Equal(t, c.want, changed(t, f, after), name)
	}
	without, err := f.WithoutCluster("main", "green")
	require.NoError(t, err)
	again, err := without.WithCluster("main", "green", "blue", "1.36")
	require.NoError(t, err)
	assert.Equal(t, "+          green:\n+            version: \"1.36\"\n+            support: extended", changed(t, without, again))
}

func TestWhatCannotBeChangedIsRefused(t *testing.T) {
	f := parse(t, text)
	_, err := f.WithVersion("main", "red", "1.36")
	require.ErrorContains(t, err, "Pulumi.dev.yaml: vpcs.main.clusters.red.version: must be written in this file")
	_, err = f.WithoutCluster("second", "blue")
	require.ErrorContains(t, err, "vpcs.second.clusters.blue: must be written in block style")
	_, err = f.WithCluster("main", "green", "blue", "1.36")
	require.ErrorContains(t, err, "stands in this file already")
	_, err = f.WithTraffic("third", stackfile.Weights{"blue": 100})
	require.ErrorContains(t, err, "vpcs.third.traffic: must be written in this file")
	_, err = parse(t, strings.Replace(text, "{blue: 100, green: 0}", "{blue: &all 100, green: 0}", 1)).WithTraffic("main", stackfile.Weights{"blue": 1, "green": 99})
	require.ErrorContains(t, err, "without an anchor or alias")
	_, err = parse(t, strings.Replace(text, "{blue: 100, green: 0}", "{blue: much}", 1)).Traffic("main")
	require.ErrorContains(t, err, "must be whole numbers by colour")
	_, err = stackfile.Parse("Pulumi.network.yaml", []byte("config: {retail:network: {}}"))
	require.ErrorContains(t, err, "only environments have clusters and traffic")
	_, err = stackfile.Parse("Pulumi.dev.yaml", []byte("a: [1"))
	require.ErrorContains(t, err, "Pulumi.dev.yaml: yaml:")
}

func TestAFileIsWrittenAsAWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Pulumi.dev.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o640))
	f, err := stackfile.Read(path)
	require.NoError(t, err)
	after, err := f.WithTraffic("main", stackfile.Weights{"blue": 95, "green": 5})
	require.NoError(t, err)
	require.NoError(t, after.Write())
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	again, err := stackfile.Read(path)
	require.NoError(t, err)
	assert.Empty(t, stackfile.Diff(after, again))
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing lies beside it")
	environment, err := again.Environment()
	require.NoError(t, err)
	assert.Contains(t, environment, `"traffic":{"blue":95,"green":5}`)
}

// The committed stacks' files can be changed.
func TestTheCommittedFilesCanBeChanged(t *testing.T) {
	for _, stack := range []string{"dev", "prod"} {
		f, err := stackfile.Read("../../../../Pulumi." + stack + ".yaml")
		require.NoError(t, err)
		after, err := f.WithTraffic("main", stackfile.Weights{"blue": 95, "green": 5})
		require.NoError(t, err)
		assert.Equal(t, 2, strings.Count(changed(t, f, after), "\n")+1)
	}
}
