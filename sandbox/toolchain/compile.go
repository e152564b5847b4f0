package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// compile builds a Go part's output in the work folder and moves it to its
// place: a running copy of the old one is not disturbed.
func (b *builder) compile(ctx context.Context, p Part, task *task) error {
	flags, err := b.goFlags(ctx, p)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.root, p.Dir)
	// Counting what must be compiled costs seconds in a large module. It pays
	// when there is no earlier output, hence most likely much to compile.
	if _, err := os.Stat(filepath.Join(b.root, p.Output)); err != nil {
		count, err := stalePackages(ctx, dir, flags, p.Package, task)
		if err != nil {
			return err
		}
		task.setTotal(count)
	}
	target := filepath.Join(b.root, work, p.Name)
	args := append([]string{"build", "-v"}, flags...)
	if err := run(ctx, dir, task.goOutput(), "go", append(args, "-o", target, p.Package)...); err != nil {
		return err
	}
	return move(target, filepath.Join(b.root, p.Output))
}

// goFlags are the part's flags of go build, with the module's version filled in.
func (b *builder) goFlags(ctx context.Context, p Part) ([]string, error) {
	var flags []string
	if p.TrimPath {
		flags = append(flags, "-trimpath")
	}
	if p.LDFlags == "" {
		return flags, nil
	}
	linker := p.LDFlags
	if strings.Contains(linker, "$VERSION") {
		version, err := b.module(ctx, p, "{{.Version}}")
		if err != nil {
			return nil, err
		}
		linker = strings.ReplaceAll(linker, "$VERSION", version)
	}
	return append(flags, "-ldflags="+linker), nil
}

// module asks go list about the part's Module.
func (b *builder) module(ctx context.Context, p Part, format string) (string, error) {
	var out bytes.Buffer
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", format, p.Module)
	command.Dir, command.Stdout = filepath.Join(b.root, p.Dir), &out
	var complaint bytes.Buffer
	command.Stderr = &complaint
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("go list -m %s: %w\n%s", p.Module, err, complaint.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// stalePackages counts the packages that go build will compile. It also
// downloads the modules.
func stalePackages(ctx context.Context, dir string, flags []string, pkg string, task *task) (int, error) {
	task.setNote("counting packages")
	args := append([]string{"list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"}, flags...)
	command := exec.CommandContext(ctx, "go", append(args, pkg)...)
	var out bytes.Buffer
	stderr := task.goOutput()
	command.Dir, command.Stdout, command.Stderr = dir, &out, stderr
	interruptible(command)
	if err := command.Run(); err != nil {
		return 0, failure(command, err, stderr)
	}
	return len(strings.Fields(out.String())), nil
}

// run executes a command in dir and hands its output to the filter. The error
// carries what the filter kept of it.
func run(ctx context.Context, dir string, out *filter, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Stdout, command.Stderr = dir, out, out
	interruptible(command)
	if err := command.Run(); err != nil {
		return failure(command, err, out)
	}
	return nil
}

// interruptible lets a command end its own children when the build is
// cancelled: go build and npm do so on an interrupt.
func interruptible(command *exec.Cmd) {
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGINT) }
	command.WaitDelay = 10 * time.Second
}

// failure tells which command failed, where and with what output.
func failure(command *exec.Cmd, err error, out *filter) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s: not found on PATH; building needs Go, Node.js with npm, git and make", command.Args[0])
	}
	out.Close()
	return fmt.Errorf("%s: %w\nin %s\n%s", strings.Join(command.Args[:2], " "), err, command.Dir,
		strings.TrimRight(out.kept.String(), "\n"))
}

// move renames a finished file to its place, making the folder.
func move(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.Rename(from, to)
}
