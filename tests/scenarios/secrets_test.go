package scenarios

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/harness"
)

// secretThenKilled searches everything that a run leaves behind for every secret that
// the environment generated (S4), first showing that the search finds one, and kills the
// last of these runs, a destroy. Run again it goes on to the end (G7).
func (d *takedown) secretThenKilled(t *testing.T) {
	secrets := d.secrets(t)

	t.Run("a planted secret is found", func(t *testing.T) { d.planted(t, secrets) })
	told := map[string]string{}
	d.run(t, told, "preview", "--diff", "--expect-no-changes")
	d.dev.Set(t, environment+"vpcs.main.frontDoor.testKeyGeneration", 2)
	d.dev.Set(t, environment+"vpcs.main.datastores.checkout.credentialsGeneration", 2)
	d.dev.Set(t, blueBalancing+".certificateGeneration", 2)
	d.run(t, told, "up", "--yes", "--diff")
	secrets = append(secrets, d.secrets(t)...) // the renewed ones too
	d.run(t, told, "refresh", "--yes", "--diff")
	d.run(t, told, "stack", "export")
	d.run(t, told, "stack", "output", "--json")
	for _, colour := range []string{"blue", "green"} {
		told["objects of "+colour] = d.everything(t, colour)
	}
	d.killedDestroy(t, told)
	told["calls"] = d.world.Sandbox(t, "calls", "--json")
	told["daemon's log"] = read(t, filepath.Join(d.world.Dir, "daemon.log"))
	goldens(t, d.world.Root, told)
	for where, text := range told {
		assert.Greater(t, len(text), 1, where)
		assert.Empty(t, found(secrets, text), where)
	}
}

// secret is one generated value, and how to speak of it without telling it.
type secret struct{ name, value string }

// secrets are what the program generated and keeps, and what services generated for it
// and brought into Secrets: RDS's password among them.
func (d *takedown) secrets(t *testing.T) []secret {
	t.Helper()
	text, err := d.world.Engine("stack", "export", "--show-secrets", "--stack", "dev").Run()
	require.NoError(t, err)
	var state struct {
		Deployment struct {
			Resources []struct {
				URN, Type string
				Outputs   struct {
					Output struct{ Plaintext string }
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &state))
	var all []secret
	for _, r := range state.Deployment.Resources {
		if r.Type != "pulumi:index:Stash" {
			continue
		}
		values := map[string]string{}
		require.NoError(t, json.Unmarshal([]byte(r.Outputs.Output.Plaintext), &values), r.URN)
		for key, value := range values {
			if !strings.Contains(value, "BEGIN CERTIFICATE") { // which is for everybody
				all = append(all, secret{r.URN[strings.LastIndex(r.URN, "::")+2:] + " " + key, telling(value)})
			}
		}
	}
	require.GreaterOrEqual(t, len(all), 4, "the test rules' key, the cache's password, and both colours' webhook keys")
	return append(all, d.synced(t)...)
}

// synced are the values of the shop's Secrets.
func (d *takedown) synced(t *testing.T) []secret {
	t.Helper()
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Data     map[string][]byte
		}
	}
	require.NoError(t, json.Unmarshal([]byte(d.kubectl(t, "blue", "-n", "store", "get", "secrets", "-o", "json")), &list))
	var all []secret
	for _, s := range list.Items {
		for key, value := range s.Data {
			if len(value) >= 16 { // no user's name
				all = append(all, secret{s.Metadata.Name + " " + key, string(value)})
			}
		}
	}
	require.GreaterOrEqual(t, len(all), 2, "catalog's, which RDS generated, and checkout's")
	return all
}

// telling is the part of a value by which it is recognised however its lines are broken:
// of a key in PEM its second line.
func telling(value string) string {
	if lines := strings.Split(value, "\n"); strings.HasPrefix(value, "-----BEGIN") {
		return lines[1]
	}
	return value
}

// found names the secrets that a text holds, as they are or in base64.
func found(secrets []secret, text string) []string {
	var names []string
	for _, s := range secrets {
		if strings.Contains(text, s.value) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(s.value))) {
			names = append(names, s.name)
		}
	}
	return names
}

func (d *takedown) planted(t *testing.T, secrets []secret) {
	var names, values []string
	for i, s := range secrets {
		names, values = append(names, s.name), append(values, fmt.Sprintf("--from-literal=%d=%s", i, s.value))
	}
	d.kubectl(t, "green", append([]string{"create", "configmap", "canary"}, values...)...)
	assert.Equal(t, names, found(secrets, d.everything(t, "green")))
	d.kubectl(t, "green", "delete", "configmap", "canary")
	assert.Empty(t, found(secrets, d.everything(t, "green")))
}

// everything is all that an API server holds but Secrets, events included.
func (d *takedown) everything(t *testing.T, colour string) string {
	t.Helper()
	kinds := strings.Fields(d.kubectl(t, colour, "api-resources", "--verbs=list", "-o", "name"))
	kept := kinds[:0]
	for _, kind := range kinds {
		if kind != "secrets" {
			kept = append(kept, kind)
		}
	}
	require.Contains(t, kept, "events")
	return d.kubectl(t, colour, "get", strings.Join(kept, ","), "-A", "-o", "json")
}

// run runs the engine and keeps what it printed and its log of events.
func (d *takedown) run(t *testing.T, told map[string]string, args ...string) {
	t.Helper()
	what := strings.Join(args, " ")
	text, err := d.engine(t, args...).Run()
	require.NoError(t, err, "%s: %s", what, text)
	d.keep(t, told, what, text)
}

func (d *takedown) engine(t *testing.T, args ...string) *harness.Engine {
	t.Helper()
	if args[0] != "stack" {
		args = append(args, "--event-log", d.events())
	}
	return d.world.Engine(append(args, "--stack", "dev")...).With("PULUMI_DEBUG_COMMANDS=true")
}

func (d *takedown) events() string { return filepath.Join(d.world.Dir, "events.json") }

func (d *takedown) keep(t *testing.T, told map[string]string, what, text string) {
	t.Helper()
	told[what] = text
	if _, err := os.Stat(d.events()); err == nil {
		told["events of "+what] = read(t, d.events())
		require.NoError(t, os.Remove(d.events()))
	}
}

// killedDestroy kills a destroy while the first node group is being deleted. Started
// again after the recovery it goes on to the end.
func (d *takedown) killedDestroy(t *testing.T, told map[string]string) {
	d.world.Sandbox(t, "fault", "add", "eks:DeleteNodegroup", "--kind", "hold")
	doomed := d.engine(t, "destroy", "--yes", "--skip-preview")
	ended, err := doomed.Start()
	require.NoError(t, err)
	require.Eventually(t, func() bool { return struck(t, d.world) }, 4*patience, 200*time.Millisecond, "nodes are among the last to go")
	doomed.Kill()
	require.Error(t, <-ended)
	d.keep(t, told, "the killed destroy", "killed")
	d.world.Sandbox(t, "fault", "clear")
	d.world.Sandbox(t, "recover", "dev")
	d.run(t, told, "destroy", "--yes", "--skip-preview")
}

func goldens(t *testing.T, root string, told map[string]string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "tests"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.Contains(path, "/testdata/") {
			told[path] = read(t, path)
		}
		return err
	}))
}
