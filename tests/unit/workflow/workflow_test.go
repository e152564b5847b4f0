// Package workflow reads the pull request workflows and checks that code which
// nobody has reviewed gets no credentials.
package workflow

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// document is what matters of a workflow.
type document struct {
	On          map[string]any
	Permissions map[string]string
	Jobs        map[string]struct {
		If          string
		Permissions map[string]string
		Environment string
		Steps       []struct {
			Uses, Run string
			With, Env map[string]any
		}
	}
}

func workflows(t *testing.T) map[string]document {
	t.Helper()
	files, err := filepath.Glob("../../../.github/workflows/*.y*ml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out := map[string]document{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var d document
		require.NoError(t, yaml.Unmarshal(text, &d), file)
		require.NotEmpty(t, d.On, file)
		out[filepath.Base(file)] = d
	}
	return out
}

// sameRepository keeps a job from running for a fork: it is skipped then.
const sameRepository = "github.event.pull_request.head.repo.full_name == github.repository"

// S5: a fork's code runs without a token to AWS and without secrets.
func TestForksGetNoCredentials_S5(t *testing.T) {
	for file, d := range workflows(t) {
		assert.NotContains(t, d.On, "pull_request_target", "%s: it would run a fork's code with this repository's secrets", file)
		assert.NotContains(t, d.On, "workflow_run", file)
		assert.Equal(t, map[string]string{"contents": "read"}, d.Permissions, "%s: permissions are given job by job", file)
		for name, job := range d.Jobs {
			ours := strings.HasPrefix(job.If, sameRepository) && !strings.Contains(job.If, "||")
			for permission, access := range job.Permissions {
				if access == "write" {
					assert.Equal(t, "id-token", permission, "%s, job %s", file, name)
					assert.True(t, ours, "%s, job %s has a token to AWS and must not run for forks", file, name)
					assert.NotEmpty(t, job.Environment, "%s, job %s: an environment's rules guard the token", file, name)
				}
			}
			for _, step := range job.Steps {
				text, err := yaml.Marshal(step)
				require.NoError(t, err)
				if strings.Contains(string(text), "aws-actions/") || strings.Contains(string(text), "secrets.") {
					assert.True(t, ours, "%s, job %s: %s", file, name, text)
				}
			}
		}
	}
}

// S5: a pull request shows what it changes without any credentials.
func TestPullRequestsArePreviewedOfflineForEveryone_S5(t *testing.T) {
	d := workflows(t)["preview.yaml"]
	assert.Equal(t, []string{"pull_request"}, slices.Collect(maps.Keys(d.On)))
	offline := d.Jobs["offline"]
	assert.Empty(t, offline.If)
	assert.Empty(t, offline.Permissions)
	var commands []string
	for _, step := range offline.Steps {
		commands = append(commands, step.Run)
	}
	for _, stack := range []string{"network", "dev", "prod"} {
		assert.Contains(t, strings.Join(commands, "\n"), "make preview STACK="+stack)
	}
}

func TestActionsArePinnedAndKeepNoCredentials(t *testing.T) {
	commit := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	for file, d := range workflows(t) {
		for _, job := range d.Jobs {
			for _, step := range job.Steps {
				if step.Uses == "" {
					continue
				}
				assert.Regexp(t, commit, step.Uses, "%s: a tag can be moved", file)
				if strings.HasPrefix(step.Uses, "actions/checkout@") {
					assert.Equal(t, false, step.With["persist-credentials"], file)
				}
			}
		}
	}
}

func TestExpressionsReachAShellThroughVariablesOnly(t *testing.T) {
	for file, d := range workflows(t) {
		for _, job := range d.Jobs {
			for _, step := range job.Steps {
				assert.NotContains(t, step.Run, "${{", "%s: what a contributor wrote would be run", file)
			}
		}
	}
}
