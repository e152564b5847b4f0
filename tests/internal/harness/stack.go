package harness

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// Stack is one stack of the program in a world, on its own copy of the stack's
// configuration file.
type Stack struct {
	Name  string
	world *World
	file  string
	auto  auto.Stack
}

// Stack copies the committed Pulumi.<name>.yaml into the world and selects the
// stack, creating it when it is new.
func (w *World) Stack(t testing.TB, name string) *Stack {
	t.Helper()
	project := w.project()
	require.NoError(t, os.MkdirAll(project, 0o700))
	w.copyProject(t, project)
	file := filepath.Join(project, "Pulumi."+name+".yaml")
	require.NoError(t, os.WriteFile(file, w.committed(t, name), 0o600))

	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Join(w.Root, ".sandbox")})
	require.NoError(t, err)
	env := maps.Clone(w.Env)
	maps.Copy(env, unbroken)
	stack, err := auto.UpsertStackLocalSource(context.Background(), "organization/retail/"+name, project,
		auto.EnvVars(env), auto.Pulumi(command))
	require.NoError(t, err)
	return &Stack{Name: name, world: w, file: file, auto: stack}
}

// copyProject writes Pulumi.yaml with the program's absolute path, since the
// copy stands elsewhere.
func (w *World) copyProject(t testing.TB, project string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.Root, "Pulumi.yaml"))
	require.NoError(t, err)
	settings := map[string]any{}
	require.NoError(t, yaml.Unmarshal(raw, &settings))
	options := settings["runtime"].(map[string]any)["options"].(map[string]any)
	options["binary"] = filepath.Join(w.Root, options["binary"].(string))
	out, err := yaml.Marshal(settings)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(project, "Pulumi.yaml"), out, 0o600))
}

// Up updates the stack and fails the test when the update fails.
func (s *Stack) Up(t testing.TB, options ...optup.Option) Plan {
	t.Helper()
	plan, err := s.TryUp(options...)
	require.NoError(t, err, plan.Text)
	return plan
}

// TryUp updates the stack; the error carries what the engine said.
func (s *Stack) TryUp(options ...optup.Option) (Plan, error) {
	return s.collect(func(channel chan events.EngineEvent, text *bytes.Buffer) error {
		_, err := s.auto.Up(context.Background(), append(options, optup.EventStreams(channel),
			optup.ProgressStreams(text), optup.ErrorProgressStreams(text), optup.SuppressOutputs())...)
		return err
	})
}

// Preview previews and fails the test when the preview fails.
func (s *Stack) Preview(t testing.TB, options ...optpreview.Option) Plan {
	t.Helper()
	plan, err := s.TryPreview(options...)
	require.NoError(t, err, plan.Text)
	return plan
}

// TryPreview previews; the error carries what the engine said.
func (s *Stack) TryPreview(options ...optpreview.Option) (Plan, error) {
	return s.collect(func(channel chan events.EngineEvent, text *bytes.Buffer) error {
		_, err := s.auto.Preview(context.Background(), append(options, optpreview.EventStreams(channel),
			optpreview.ProgressStreams(text), optpreview.ErrorProgressStreams(text))...)
		return err
	})
}

// Refresh brings the state in line with the world.
func (s *Stack) Refresh(t testing.TB) Plan {
	t.Helper()
	plan, err := s.collect(func(channel chan events.EngineEvent, text *bytes.Buffer) error {
		_, err := s.auto.Refresh(context.Background(), optrefresh.EventStreams(channel), optrefresh.ProgressStreams(text))
		return err
	})
	require.NoError(t, err, plan.Text)
	return plan
}

// Destroy deletes all of the stack's resources.
func (s *Stack) Destroy(t testing.TB) Plan {
	t.Helper()
	plan, err := s.TryDestroy()
	require.NoError(t, err, plan.Text)
	return plan
}

// TryDestroy is Destroy for stacks that may refuse.
func (s *Stack) TryDestroy() (Plan, error) {
	return s.collect(func(channel chan events.EngineEvent, text *bytes.Buffer) error {
		_, err := s.auto.Destroy(context.Background(), optdestroy.EventStreams(channel),
			optdestroy.ProgressStreams(text), optdestroy.ErrorProgressStreams(text))
		return err
	})
}

// TryPreviewDestroy previews a destroy, as `pulumi destroy` does before it asks.
func (s *Stack) TryPreviewDestroy() (Plan, error) {
	return s.collect(func(channel chan events.EngineEvent, text *bytes.Buffer) error {
		_, err := s.auto.PreviewDestroy(context.Background(), optdestroy.EventStreams(channel),
			optdestroy.ProgressStreams(text), optdestroy.ErrorProgressStreams(text))
		return err
	})
}

// Unprotect lifts the protection of everything in the stack's state, as an
// operator does who means to take a protected stack down.
func (s *Stack) Unprotect(t testing.TB) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.world.Root, ".sandbox", "bin", "pulumi"),
		"state", "unprotect", "--all", "--yes", "--stack", s.auto.Name(), "--non-interactive")
	cmd.Dir, cmd.Env = s.auto.Workspace().WorkDir(), os.Environ()
	for key, value := range s.world.Env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// State is the stack's deployment as `pulumi stack export` prints it.
func (s *Stack) State(t testing.TB) []byte {
	t.Helper()
	deployment, err := s.auto.Export(context.Background())
	require.NoError(t, err)
	return deployment.Deployment
}

// Outputs are the stack's outputs as plain values.
func (s *Stack) Outputs(t testing.TB) map[string]any {
	t.Helper()
	outputs, err := s.auto.Outputs(context.Background())
	require.NoError(t, err)
	plain := map[string]any{}
	for key, output := range outputs {
		plain[key] = output.Value
	}
	return plain
}

func (s *Stack) collect(run func(chan events.EngineEvent, *bytes.Buffer) error) (Plan, error) {
	channel := make(chan events.EngineEvent, 64)
	plan := Plan{refreshing: map[string]bool{}}
	var done sync.WaitGroup
	done.Go(func() {
		for event := range channel {
			plan.add(event)
		}
	})
	var text bytes.Buffer
	err := run(channel, &text)
	done.Wait()
	plan.Text = text.String()
	return plan, err
}
