package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// settingsFile holds a world's Settings, so that every daemon that serves it
// serves the same kind of world.
const settingsFile = "settings.json"

// Settings are chosen when a world is made and stay.
type Settings struct {
	// Hollow: EKS clusters have no control plane behind them. For fault
	// campaigns, which look at AWS alone; kubectl has nothing to talk to.
	Hollow bool `json:"hollow,omitempty"`
	// Seed of what AWS picks (identifiers, host names, passwords); empty: "retail".
	// Two seeds are two AWSs, in which the same program must end the same.
	Seed string `json:"seed,omitempty"`
}

// readSettings reads a world's settings; one without a file has the zero value.
func readSettings(folder string) (Settings, error) {
	var out Settings
	path := filepath.Join(folder, settingsFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		return out, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// Choose sets the settings of a world that does not exist yet. Those of one
// that does are fixed: asking for others is an error.
func Choose(folder string, wanted Settings) error {
	have, err := readSettings(folder)
	if err != nil || have == wanted {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, storeFile)); err == nil {
		return fmt.Errorf("%s: the world exists with other settings (%+v, not %+v); reset it or choose another folder",
			folder, have, wanted)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, settingsFile), text, 0o600)
}
