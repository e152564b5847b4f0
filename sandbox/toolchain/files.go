package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// files copies folders of a part's module to its output. The module's checksum is in
// go.sum, so that `go mod download` refuses other content; nothing that the module
// requires is fetched.
func (b *builder) files(ctx context.Context, p Part, task *task) error {
	task.setTotal(len(p.Folders))
	source, err := b.download(ctx, p)
	if err != nil {
		return err
	}
	made := filepath.Join(b.root, work, p.Name)
	if err := os.RemoveAll(made); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(p.Folders)) {
		from := os.DirFS(filepath.Join(source, filepath.FromSlash(p.Folders[name])))
		if err := os.CopyFS(filepath.Join(made, name), from); err != nil {
			return fmt.Errorf("%s of %s: %w", p.Folders[name], p.Module, err)
		}
	}
	target := filepath.Join(b.root, p.Output)
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return move(made, target)
}

// download brings the part's Module into the module cache and returns its folder
// there.
func (b *builder) download(ctx context.Context, p Part) (string, error) {
	command := exec.CommandContext(ctx, "go", "mod", "download", "-json", p.Module)
	var out, complaint bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = filepath.Join(b.root, p.Dir), &out, &complaint
	interruptible(command)
	failed := command.Run()
	var module struct{ Dir, Error string }
	if err := json.Unmarshal(out.Bytes(), &module); err != nil || failed != nil || module.Dir == "" {
		return "", fmt.Errorf("go mod download %s: %w\nin %s\n%s%s", p.Module, errorOr(failed, err), command.Dir, module.Error, complaint.String())
	}
	return module.Dir, nil
}

// errorOr is the first error there is.
func errorOr(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("the go command named no folder")
}
