package harness

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Engine is one run of the Pulumi command line in a world, in a process group
// of its own, so that it can be killed as a cancelled job is.
type Engine struct {
	cmd  *exec.Cmd
	text bytes.Buffer
}

// Engine prepares a run of the command line on the world's project.
func (w *World) Engine(args ...string) *Engine {
	e := &Engine{cmd: exec.Command(filepath.Join(w.Root, ".sandbox", "bin", "pulumi"), append(args, "--non-interactive")...)}
	e.cmd.Dir, e.cmd.Env = w.project(), os.Environ()
	for key, value := range w.Env {
		e.cmd.Env = append(e.cmd.Env, key+"="+value)
	}
	e.cmd.Stdout, e.cmd.Stderr = &e.text, &e.text
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return e
}

// With adds a variable ("NAME=value") to the run's environment.
func (e *Engine) With(variables ...string) *Engine {
	e.cmd.Env = append(e.cmd.Env, variables...)
	return e
}

// unbroken has an engine that nobody kills write its state once, at its end, instead of before
// and after every step. Production's thousand resources make a state of ten megabytes, and
// writing it is most of what an engine does.
var unbroken = map[string]string{"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}

// Unbroken is for a run that nobody kills: it takes half the time.
func (e *Engine) Unbroken() *Engine {
	for name, value := range unbroken {
		e.With(name + "=" + value)
	}
	return e
}

// Run runs to the end; the text is all that was printed.
func (e *Engine) Run() (string, error) {
	err := e.cmd.Run()
	return e.text.String(), err
}

// Start starts the run; the channel tells when it has ended.
func (e *Engine) Start() (<-chan error, error) {
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- e.cmd.Wait() }()
	return ended, nil
}

// Kill ends the engine as the kernel ends a job that is out of memory or time:
// no process of it, plugins and program included, gets to say another word.
func (e *Engine) Kill() {
	all := descendants(e.cmd.Process.Pid)
	_ = syscall.Kill(-e.cmd.Process.Pid, syscall.SIGKILL)
	for _, pid := range all { // plugins have process groups of their own
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// descendants are the processes that a process has started, and theirs.
func descendants(of int) []int {
	parents := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// "pid (name) state ppid …"; the name may hold anything.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		parent, _ := strconv.Atoi(fields[1])
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parents[parent] = append(parents[parent], pid)
	}
	var out []int
	for next := parents[of]; len(next) > 0; next = next[1:] {
		out = append(out, next[0])
		next = append(next, parents[next[0]]...)
	}
	return out
}
