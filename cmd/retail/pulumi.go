package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// pulumi is what the pulumi command prints, run in the project; also when it fails.
func pulumi(ctx context.Context, args ...string) ([]byte, error) {
	root, err := project()
	if err != nil {
		return nil, err
	}
	run := exec.CommandContext(ctx, "pulumi", append(args, "--non-interactive")...)
	var out, said bytes.Buffer
	run.Dir, run.Stdout, run.Stderr = root, &out, &said
	if err := run.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New(`there is no pulumi command on the PATH: for the sandbox, eval "$(.sandbox/bin/sandbox env)" first`)
		}
		// No %w: main takes an exit error for one whose command has said why.
		return out.Bytes(), fmt.Errorf("pulumi %s: %v\n%s", strings.Join(args, " "), err, strings.TrimSpace(said.String())) //nolint:errorlint // see above
	}
	return out.Bytes(), nil
}
