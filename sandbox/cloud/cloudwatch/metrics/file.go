package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// saved is a store at rest.
type saved struct {
	Minute  time.Duration `json:"minute"`
	Metrics []savedMetric `json:"metrics"`
}

type savedMetric struct {
	Metric
	Points map[int64]*Point `json:"points"`
}

// Save writes the store into a file, whole or not at all. A process that is killed loses
// what came after its last Save.
func (s *Store) Save(path string) error {
	s.mu.Lock()
	out := saved{Minute: s.pace.Minute}
	for m, points := range s.metrics {
		out.Metrics = append(out.Metrics, savedMetric{m, points})
	}
	text, err := json.Marshal(out)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	draft := path + ".new"
	return errors.Join(os.WriteFile(draft, text, 0o600), os.Rename(draft, path))
}

// Load is the store that a file holds, or an empty one of a pace when there is no file or
// it is of another pace.
func Load(path string, pace Pace) (*Store, error) {
	s := New(pace)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	var in saved
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, fmt.Errorf("%s: %w; remove the file, which holds metrics' data alone", path, err)
	}
	if in.Minute != pace.Minute {
		return s, nil
	}
	for _, m := range in.Metrics {
		if m.Points != nil {
			s.metrics[m.Metric] = m.Points
		}
	}
	return s, nil
}
