package toolchain

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	redraw = 200 * time.Millisecond // of the live line on a terminal
	repeat = 30 * time.Second       // of a plain line elsewhere
)

// reporter shows what is being built: on a terminal one live line, elsewhere a
// plain line at the start, now and then, and at the end of each part.
type reporter struct {
	out   io.Writer
	width int // of the terminal; 0: not a terminal
	now   func() time.Time

	mu     sync.Mutex
	active []*task
	stop   chan struct{}
	done   sync.WaitGroup
}

// newReporter starts reporting to out. Close must be called.
func newReporter(out io.Writer) *reporter {
	r := &reporter{out: out, now: time.Now, stop: make(chan struct{})}
	interval := repeat
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		interval, r.width = redraw, 80
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			r.width = width
		}
	}
	r.done.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.show()
			case <-r.stop:
				return
			}
		}
	})
	return r
}

// Close stops reporting.
func (r *reporter) Close() {
	close(r.stop)
	r.done.Wait()
}

// show writes the state of the parts being built.
func (r *reporter) show() {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, task := range r.active {
		lines = append(lines, task.line("building"))
	}
	switch {
	case len(lines) == 0:
	case r.width == 0:
		fmt.Fprintln(r.out, strings.Join(lines, "\n"))
	default:
		line := strings.Join(lines, " | ")
		fmt.Fprintf(r.out, "\r\033[K%s", line[:min(len(line), r.width-1)])
	}
}

// start begins the report of one part. Progress is counted in the unit.
func (r *reporter) start(part, unit string) *task {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &task{reporter: r, part: part, unit: unit, began: r.now()}
	r.active = append(r.active, t)
	if r.width == 0 {
		fmt.Fprintln(r.out, t.line("building"))
	}
	return t
}

// task is the report of one part.
type task struct {
	reporter *reporter
	part     string
	unit     string
	began    time.Time
	steps    int
	total    int // 0: not known
	note     string
}

// line describes the task: its state, name, percentage, count and time.
func (t *task) line(state string) string {
	var fields []string
	if t.total > 0 {
		// A hundred only at the end: linking follows the last package.
		fields = append(fields, fmt.Sprintf("%2d%%", min(99, 100*t.steps/t.total)),
			fmt.Sprintf("%d/%d %s", min(t.steps, t.total), t.total, t.unit))
	} else if t.steps > 0 {
		fields = append(fields, fmt.Sprintf("%d %s", t.steps, t.unit))
	}
	if t.note != "" {
		fields = append(fields, t.note)
	}
	elapsed := t.reporter.now().Sub(t.began).Round(time.Second)
	return fmt.Sprintf("%s %-18s %6s  %s", state, t.part, elapsed, strings.Join(fields, "  "))
}

func (t *task) setTotal(total int) {
	t.reporter.mu.Lock()
	defer t.reporter.mu.Unlock()
	t.total, t.note = total, ""
}

func (t *task) setNote(note string) {
	t.reporter.mu.Lock()
	defer t.reporter.mu.Unlock()
	t.note = note
}

func (t *task) step() {
	t.reporter.mu.Lock()
	defer t.reporter.mu.Unlock()
	t.steps++
	t.note = ""
	if t.total > 0 && t.steps >= t.total {
		t.note = "finishing"
	}
}

// end closes the report with the last state ("built", "failed").
func (t *task) end(state string) {
	r := t.reporter
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, other := range r.active {
		if other == t {
			r.active = append(r.active[:i], r.active[i+1:]...)
			break
		}
	}
	t.total, t.note = 0, ""
	if r.width > 0 {
		fmt.Fprint(r.out, "\r\033[K")
	}
	fmt.Fprintln(r.out, strings.TrimRight(t.line(state), " "))
}
