package toolchain

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"
)

// builder builds parts in one checkout.
type builder struct {
	root     string
	compiler compiler
	reporter *reporter
}

// job is a part that is to be built, with its key.
type job struct {
	part Part
	key  string
}

// Build brings the named parts of the checkout at root up to date and reports
// on out; no names stand for all parts that are not on demand. Nothing is said
// when everything is up to date. The error names the part that failed, with its
// compiler's output.
func Build(ctx context.Context, root string, out io.Writer, names ...string) error {
	parts, err := find(names)
	if err != nil {
		return err
	}
	return build(ctx, root, out, parts)
}

// build brings the parts up to date.
func build(ctx context.Context, root string, out io.Writer, parts []Part) error {
	compiler, err := readCompiler()
	if err != nil {
		return err
	}
	b := &builder{root: root, compiler: compiler}
	if jobs, err := b.pending(parts); err != nil || len(jobs) == 0 {
		return err
	}
	unlock, err := b.lock(ctx, out)
	if err != nil {
		return err
	}
	defer unlock()
	jobs, err := b.pending(parts) // another process may have built some
	if err != nil || len(jobs) == 0 {
		return err
	}
	began := time.Now()
	b.reporter = newReporter(out)
	err = b.all(ctx, jobs)
	b.reporter.Close()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d of %d parts built in %s\n", len(jobs), len(parts), time.Since(began).Round(time.Second))
	return os.RemoveAll(filepath.Join(root, work))
}

// pending lists the parts that are not built.
func (b *builder) pending(parts []Part) ([]job, error) {
	var jobs []job
	for _, part := range parts {
		key, err := part.key(b.root, b.compiler)
		if err != nil {
			return nil, err
		}
		if !part.built(b.root, key) {
			jobs = append(jobs, job{part, key})
		}
	}
	return jobs, nil
}

// lock keeps a second build of the same checkout waiting.
func (b *builder) lock(ctx context.Context, out io.Writer) (func(), error) {
	if err := os.MkdirAll(filepath.Join(b.root, work), 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(b.root, Folder, "build.lock"))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		fmt.Fprintln(out, "waiting for another build of this checkout")
		_, err = lock.TryLockContext(ctx, time.Second)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", lock.Path(), err)
	}
	return func() { _ = lock.Close() }, nil
}

// all builds the jobs: Go parts one after the other, since go build uses every
// core by itself and two large builds at once can exhaust the memory; npm parts
// and modules' files, which mostly wait for the network, beside them. The first
// failure ends all.
func (b *builder) all(ctx context.Context, jobs []job) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, kind := range []Kind{Go, NPM, Files} {
		group.Go(func() error {
			for _, job := range jobs {
				if job.part.Kind != kind {
					continue
				}
				if err := b.one(ctx, job); err != nil {
					return fmt.Errorf("part %s: %w", job.part.Name, err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// one builds a part, unless its released build is on the machine, and stamps it.
func (b *builder) one(ctx context.Context, j job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := j.part.unstamp(b.root); err != nil {
		return err
	}
	unit := map[Kind]string{Go: "packages", NPM: "downloads", Files: "folders"}[j.part.Kind]
	task := b.reporter.start(j.part.Name, unit)
	state := "found"
	found, err := b.release(ctx, j.part)
	if err == nil && !found {
		state = "built"
		err = b.produce(ctx, j.part, task)
	}
	if err == nil {
		err = j.part.stamp(b.root, j.key)
	}
	if err != nil {
		state = "failed"
	}
	task.end(state)
	return err
}

// produce builds the part and installs it.
func (b *builder) produce(ctx context.Context, p Part, task *task) error {
	if p.Kind == NPM {
		return b.npm(ctx, p, task)
	}
	if p.Kind == Files {
		return b.files(ctx, p, task)
	}
	if err := b.compile(ctx, p, task); err != nil {
		return err
	}
	if err := b.link(p); err != nil {
		return err
	}
	return b.plug(ctx, p)
}
