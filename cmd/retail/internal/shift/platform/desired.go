package platform

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"retail/cmd/retail/internal/shift"
	"retail/cmd/retail/internal/stackfile"
	"retail/internal/problem"
)

// desired is a VPC's traffic in the stack's file.
type desired struct {
	path, vpc, project string
	commit             bool
}

// Weights are those that the file holds now.
func (d *desired) Weights() (shift.Weights, error) {
	file, err := stackfile.Read(d.path)
	if err != nil {
		return nil, err
	}
	return file.Traffic(d.vpc)
}

func (d *desired) with(w shift.Weights) (before, after *stackfile.File, err error) {
	if before, err = stackfile.Read(d.path); err != nil {
		return nil, nil, err
	}
	after, err = before.WithTraffic(d.vpc, w)
	return before, after, err
}

// Trial writes a copy of the file with other weights, outside the project.
func (d *desired) Trial(w shift.Weights) (path, diff string, remove func(), err error) {
	before, after, err := d.with(w)
	if err != nil {
		return "", "", nil, err
	}
	folder, err := os.MkdirTemp("", "retail-shift-")
	if err != nil {
		return "", "", nil, err
	}
	path = filepath.Join(folder, filepath.Base(d.path))
	if err := os.WriteFile(path, after.Text(), 0o600); err != nil {
		return "", "", nil, err
	}
	return path, stackfile.Diff(before, after), func() { _ = os.RemoveAll(folder) }, nil
}

// Write writes other weights into the file and, where asked to, keeps it as a commit.
func (d *desired) Write(ctx context.Context, w shift.Weights, message string) (string, error) {
	before, after, err := d.with(w)
	if err != nil {
		return "", err
	}
	diff := stackfile.Diff(before, after)
	if diff == "" {
		return "", nil
	}
	if err := after.Write(); err != nil {
		return "", err
	}
	if d.commit {
		if _, err := d.git(ctx, "commit", "--quiet", "--message", message, "--", d.path); err != nil {
			return diff, err
		}
	}
	return diff, nil
}

// git runs git in the project and gives what it printed.
func (d *desired) git(ctx context.Context, args ...string) (string, error) {
	run := exec.CommandContext(ctx, "git", args...)
	var out, complaint bytes.Buffer
	run.Dir, run.Stdout, run.Stderr = d.project, &out, &complaint
	if err := run.Run(); err != nil {
		// No %w: main takes an exit error for one whose command has said why.
		return "", fmt.Errorf("git %s: %v: %s", args[0], err, strings.TrimSpace(complaint.String()+out.String())) //nolint:errorlint // see above
	}
	return strings.TrimSpace(out.String()), nil
}

// Committed refuses a file with changes that are in no commit: the first step's would
// take them along.
func (s *Stack) Committed(ctx context.Context) error {
	d := &desired{path: s.path(), project: s.Project}
	changed, err := d.git(ctx, "status", "--porcelain", "--", d.path)
	if err != nil {
		return err
	}
	if changed != "" {
		var list problem.List
		list.Add("--commit", filepath.Base(d.path)+" must have no changes that are in no commit", changed, "commit or undo them first")
		return list.Err()
	}
	return nil
}
