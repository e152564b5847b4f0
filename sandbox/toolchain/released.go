package toolchain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// release looks for the part's released build of exactly the pinned version on
// the machine and, if it is there, makes the part's outputs point at it.
func (b *builder) release(ctx context.Context, p Part) (bool, error) {
	switch {
	case !p.Released:
		return false, nil
	case len(p.Plugins) > 0:
		return b.releasedPlugins(p)
	default:
		return b.releasedProgram(ctx, p)
	}
}

// releasedProgram uses the program beside a pulumi of the pinned version. The
// CLI and its language hosts are released together, so the CLI's version
// stands for both.
func (b *builder) releasedProgram(ctx context.Context, p Part) (bool, error) {
	cli := lookPath("pulumi", filepath.Join(b.root, bin))
	program := filepath.Join(filepath.Dir(cli), filepath.Base(p.Output))
	if cli == "" || !executable(program) {
		return false, nil
	}
	pinned, err := b.pulumiVersion(ctx)
	if err != nil {
		return false, err
	}
	version, err := exec.CommandContext(ctx, cli, "version").Output()
	if err != nil || strings.TrimSpace(string(version)) != pinned {
		return false, nil
	}
	return true, symlink(program, filepath.Join(b.root, p.Output))
}

// pulumiVersion is the version of the pulumi part, from its go.mod.
func (b *builder) pulumiVersion(ctx context.Context) (string, error) {
	parts := engine()
	index := slices.IndexFunc(parts, func(p Part) bool { return p.Name == "pulumi" })
	return b.module(ctx, parts[index], "{{.Version}}")
}

// releasedPlugins uses the plugins in the user's own Pulumi folder when all
// that the part provides are there.
func (b *builder) releasedPlugins(p Part) (bool, error) {
	user, err := os.UserHomeDir()
	if err != nil {
		return false, nil
	}
	var folders []string
	for _, plugin := range p.Plugins {
		folder := filepath.Join(user, ".pulumi", plugin.folder())
		if !executable(filepath.Join(folder, plugin.program())) {
			return false, nil
		}
		folders = append(folders, folder)
	}
	for i, plugin := range p.Plugins {
		target := filepath.Join(b.root, home, plugin.folder())
		if err := os.RemoveAll(target); err != nil {
			return false, err
		}
		if err := symlink(folders[i], target); err != nil {
			return false, err
		}
	}
	return true, nil
}

// lookPath finds a program on PATH outside the given folder; "" if it is not
// there.
func lookPath(name, except string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if dir != except && filepath.IsAbs(dir) && executable(path) {
			return path
		}
	}
	return ""
}

// executable tells whether path is a file that can be executed.
func executable(path string) bool {
	status, err := os.Stat(path)
	return err == nil && status.Mode().IsRegular() && status.Mode()&0o111 != 0
}
