package shift

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"retail/cmd/retail/internal/stackfile"
)

// Phase is what a shift is at.
type Phase string

// The phases. A journal of a shift that has come to its end, or was taken back as a
// whole, is removed.
const (
	// Ready: the gates are open, and nothing is changed since the last good step.
	Ready Phase = "ready"
	// Applying: the file, the stack or AWS may hold the next weights or the last good ones.
	Applying Phase = "applying"
	// Baking: the next weights are in force and watched.
	Baking Phase = "baking"
	// RollingBack: the last good weights are being put back.
	RollingBack Phase = "rollingBack"
	// Stuck: they could not be put back everywhere.
	Stuck Phase = "stuck"
)

// journalVersion is the form of the journal.
const journalVersion = 1

// Journal is what a shift writes down before it does it.
type Journal struct {
	Version int    `json:"version"`
	Stack   string `json:"stack"`
	VPC     string `json:"vpc"`
	To      string `json:"to"`
	// From are the weights before the shift, Steps those after each step.
	From  Weights   `json:"from"`
	Steps []Weights `json:"steps"`
	// Full is, by kind of target group, how many healthy targets carry all traffic.
	Full map[string]int `json:"full"`
	// Next is the step, from 0, that is under way or comes next; LastGood are the weights
	// after the last one that baked well.
	Next     int     `json:"next"`
	LastGood Weights `json:"lastGood"`
	Phase    Phase   `json:"phase"`
	// Why is why it is taken back.
	Why     string    `json:"why,omitempty"`
	Began   time.Time `json:"began"`
	Changed time.Time `json:"changed"`
}

// Wanted are the weights that the step under way leads to.
func (j *Journal) Wanted() Weights {
	if j.Next < len(j.Steps) {
		return j.Steps[j.Next]
	}
	return j.LastGood
}

// String says where the shift stood.
func (j *Journal) String() string {
	return fmt.Sprintf("the shift of %s %s to %s that began %s stood at step %d of %d (%s), phase %s; the last good weights are %s",
		j.Stack, j.VPC, j.To, j.Began.Local().Format(time.DateTime), min(j.Next+1, len(j.Steps)), len(j.Steps), j.Wanted(), j.Phase, j.LastGood)
}

// Folder keeps journals as files, one for a stack's VPC. A second shift of the same VPC
// from the same folder is kept out while the first one's process lives.
type Folder struct {
	path string
	lock *os.File
}

// OpenFolder opens the journal of a VPC in the folder, which is made where it is missing.
func OpenFolder(folder, stack, vpc string) (*Folder, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, fmt.Sprintf("shift-%s-%s.json", stack, vpc))
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the names are those of a stack and a VPC
	if err != nil {
		return nil, err
	}
	// The kernel lets go of it when the process ends, however it ends.
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil { //nolint:gosec // a file's number is small
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another retail shift of %s %s is under way in this folder: wait until it has ended", stack, vpc)
		}
		return nil, err
	}
	return &Folder{path, lock}, nil
}

// Close lets the next shift in.
func (f *Folder) Close() error { return f.lock.Close() }

// Load is the journal; nil when there is none.
func (f *Folder) Load() (*Journal, error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{}
	if err := json.Unmarshal(text, j); err != nil {
		return nil, fmt.Errorf("the journal %s: %w: put the weights right by hand, then remove it", f.path, err)
	}
	if j.Version != journalVersion || j.LastGood == nil || j.Next > len(j.Steps) {
		return nil, fmt.Errorf("the journal %s is of another release of this command: finish the shift with that one", f.path)
	}
	return j, nil
}

// Save writes the journal; it is on the disk when Save returns.
func (f *Folder) Save(j *Journal) error {
	j.Version = journalVersion
	text, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return stackfile.Replace(f.path, append(text, '\n'), 0o600)
}

// Remove removes the journal.
func (f *Folder) Remove() error {
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
