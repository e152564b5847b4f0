package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// link gives the part's output its further names.
func (b *builder) link(p Part) error {
	for _, name := range p.Links {
		path := filepath.Join(b.root, filepath.Dir(p.Output), name)
		if err := symlink(filepath.Base(p.Output), path); err != nil {
			return err
		}
	}
	return nil
}

// plug fills the plugin folders of a compiled part: the program, hard-linked,
// and the part's PluginFiles.
func (b *builder) plug(ctx context.Context, p Part) error {
	for _, plugin := range p.Plugins {
		folder, err := b.newFolder(plugin)
		if err != nil {
			return err
		}
		if err := os.Link(filepath.Join(b.root, p.Output), filepath.Join(folder, plugin.program())); err != nil {
			return err
		}
		if err := b.pluginFiles(ctx, p, plugin, folder); err != nil {
			return err
		}
		if err := b.place(plugin, folder); err != nil {
			return err
		}
	}
	return nil
}

// pluginFiles copies the part's PluginFiles from its module into the folder.
func (b *builder) pluginFiles(ctx context.Context, p Part, plugin Plugin, folder string) error {
	if len(p.PluginFiles) == 0 {
		return nil
	}
	dir, err := b.module(ctx, p, "{{.Dir}}")
	if err != nil {
		return err
	}
	for _, name := range p.PluginFiles {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if content, err = withVersion(content, plugin.Version); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(name)), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// withVersion compacts a JSON document and, when it is a Pulumi schema (it has
// resources), gives it the version.
func withVersion(document []byte, version string) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, err
	}
	if _, schema := fields["resources"]; schema {
		fields["version"] = json.RawMessage(`"` + version + `"`)
	}
	return json.Marshal(fields)
}

// npm installs an npm part. Its folder holds the lock file and the plugin's
// program; lock files name packages by checksum, not by address, so npm asks
// whatever registry it is set up with.
func (b *builder) npm(ctx context.Context, p Part, task *task) error {
	plugin := p.Plugins[0]
	folder, err := b.newFolder(plugin)
	if err != nil {
		return err
	}
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(b.root, p.Dir))); err != nil {
		return err
	}
	packages, err := lockedPackages(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return err
	}
	task.setTotal(2 * packages) // npm fetches a package's description and its archive
	if err := run(ctx, folder, task.npmOutput(), "npm", "ci", "--ignore-scripts", "--omit=dev",
		"--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=http"); err != nil {
		return err
	}
	return b.place(plugin, folder)
}

// lockedPackages counts the packages in an npm lock file.
func lockedPackages(path string) (int, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var lock struct{ Packages map[string]json.RawMessage }
	if err := json.Unmarshal(content, &lock); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	count := 0
	for name := range lock.Packages {
		if strings.HasPrefix(name, "node_modules/") {
			count++
		}
	}
	return count, nil
}

// newFolder makes an empty folder in which a plugin is put together.
func (b *builder) newFolder(plugin Plugin) (string, error) {
	folder := filepath.Join(b.root, work, filepath.Base(plugin.folder()))
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	return folder, os.MkdirAll(folder, 0o755)
}

// place moves a finished plugin folder to where Pulumi looks for it.
func (b *builder) place(plugin Plugin, folder string) error {
	target := filepath.Join(b.root, home, plugin.folder())
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return move(folder, target)
}

// symlink makes path point at target, whatever path was before.
func symlink(target, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(target, path)
}
