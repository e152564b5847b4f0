package recovery

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Mend removes what a killed engine left half written in a file backend. State
// files are replaced in one step, but the small file of attributes beside each
// is written in place; an empty one makes the whole backend unreadable ("EOF").
// The attributes are only a cache of the content's type and hash.
func Mend(backend string) error {
	return filepath.WalkDir(backend, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".attrs" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || json.Valid(text) {
			return err
		}
		return os.Remove(path)
	})
}
