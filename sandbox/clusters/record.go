package clusters

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// record is what a cluster's folder keeps across restarts.
type record struct {
	Spec ClusterSpec `json:"spec"`
	// Port of the API server: part of every kubeconfig, so it never changes.
	Port int `json:"port"`
	// KubeletPort is where KWOK answers for the kubelets.
	KubeletPort int `json:"kubeletPort"`
	// Range is the number N of the service range 127.N.0.0/16.
	Range int `json:"range"`
	// AutoMode tells whether nodes are provided for pending pods.
	AutoMode bool `json:"autoMode"`
	// Pods are the blocks of pods' addresses of the nodes that Auto Mode provided.
	Pods map[string]string `json:"pods,omitempty"`
}

const recordFile = "cluster.json"

func (r *record) validate() error {
	var problems []error
	for _, field := range []struct{ name, value string }{
		{"ARN", r.Spec.ARN}, {"Name", r.Spec.Name}, {"Account", r.Spec.Account}, {"Region", r.Spec.Region},
	} {
		if field.value == "" || strings.ContainsAny(field.value, " \n") {
			problems = append(problems, fmt.Errorf("cluster: %s must be set, got %q", field.name, field.value))
		}
	}
	if strings.ContainsRune(r.Spec.Name+r.Spec.Account+r.Spec.Region, filepath.Separator) {
		problems = append(problems, fmt.Errorf("cluster %s: name, account and region name a folder and may not hold %q", r.Spec.ARN, filepath.Separator))
	}
	return errors.Join(append(problems, validateVersion(r.Spec.Version))...)
}

func validateVersion(version string) error {
	if slices.Contains(Versions, version) {
		return nil
	}
	return fmt.Errorf("version: unsupported Kubernetes version %q, use one of %s", version, strings.Join(Versions, ", "))
}

// folder is unique to a cluster: EKS names are unique per account and region.
func (r *record) folder(dir string) string {
	return filepath.Join(dir, strings.Join([]string{r.Spec.Account, r.Spec.Region, r.Spec.Name}, "_"))
}

// save replaces the record at once, so that a killed process leaves the old or
// the new one.
func (r *record) save(dir string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	folder := r.folder(dir)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	path := filepath.Join(folder, recordFile)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

const lockFile = "manager.lock"

// lockFolder makes the folder and takes it for this process alone: the kernel
// frees it when the process ends. The path returned has no symbolic links, so
// that it compares with what /proc tells of a process.
func lockFolder(dir string) (string, *os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return "", nil, errors.Join(fmt.Errorf("clusters in %s are run by another process; end that process: %w", dir, err), lock.Close())
	}
	return dir, lock, nil
}

// loadRecords reads the record of every cluster folder. A folder without one
// is the rest of a creation that was killed before it began, or of a deletion
// that was killed before it ended; it is removed.
func loadRecords(dir string) ([]*record, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var records []*record
	var problems []error
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		folder := filepath.Join(dir, entry.Name())
		data, err := os.ReadFile(filepath.Join(folder, recordFile))
		if errors.Is(err, os.ErrNotExist) {
			problems = append(problems, os.RemoveAll(folder))
			continue
		}
		r := &record{}
		if err == nil {
			err = json.Unmarshal(data, r)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", folder, err))
			continue
		}
		records = append(records, r)
	}
	return records, errors.Join(problems...)
}
