// Package store keeps a simulated AWS in a bbolt file, so that it outlasts the
// process that serves it.
package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"retail/sandbox/cloud"
)

var (
	records = []byte("records")
	calls   = []byte("calls")
	lives   = []byte("lives")
	meta    = []byte("meta")
	world   = []byte("world")
)

// Store is a cloud.Journal in a file. One process at a time can open it.
type Store struct{ db *bbolt.DB }

// Open opens, or makes, the file at path. A file that another process holds is
// an error after a second.
func Open(path string) (*Store, error) {
	// A crash of the machine may lose the last calls, which are worth nothing
	// then; a crash of the process loses none, since the kernel has them.
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoSync: true, NoFreelistSync: true})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s: another sandbox serves this world; stop it first", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{records, calls, lives, meta} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	return &Store{db}, err
}

// Close ends the use of the file.
func (s *Store) Close() error { return s.db.Close() }

// Load gives back the world, nil when none was saved.
func (s *Store) Load() (*cloud.Saved, error) {
	saved := &cloud.Saved{Lives: map[string]int{}}
	err := s.db.View(func(tx *bbolt.Tx) error {
		text := tx.Bucket(meta).Get(world)
		if text == nil {
			saved = nil
			return nil
		}
		return errors.Join(
			json.Unmarshal(text, &saved.Meta),
			each(tx, records, func(r *cloud.Record) { saved.Records = append(saved.Records, r) }),
			each(tx, calls, func(e *cloud.Entry) { saved.Calls = append(saved.Calls, e) }),
			tx.Bucket(lives).ForEach(func(who, n []byte) (err error) {
				saved.Lives[string(who)], err = strconv.Atoi(string(n))
				return err
			}))
	})
	return saved, err
}

// each decodes a bucket's values in the order of their keys.
func each[T any](tx *bbolt.Tx, bucket []byte, use func(*T)) error {
	return tx.Bucket(bucket).ForEach(func(_, text []byte) error {
		value := new(T)
		if err := json.Unmarshal(text, value); err != nil {
			return fmt.Errorf("%s: %w", bucket, err)
		}
		use(value)
		return nil
	})
}

// Append saves what one call changed, all or nothing.
func (s *Store) Append(c cloud.Changes) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, r := range c.Drop {
			if err := tx.Bucket(records).Delete(place(r)); err != nil {
				return err
			}
		}
		for _, r := range c.Put {
			if err := put(tx, records, place(r), r); err != nil {
				return err
			}
		}
		for _, e := range c.Calls {
			if err := put(tx, calls, binary.BigEndian.AppendUint64(nil, uint64(e.N)), e); err != nil {
				return err
			}
		}
		for who, n := range c.Lives {
			if err := tx.Bucket(lives).Put([]byte(who), []byte(strconv.Itoa(n))); err != nil {
				return err
			}
		}
		return put(tx, meta, world, c.Meta)
	})
}

// place is a record's key: account, region, type and ID.
func place(r *cloud.Record) []byte {
	return []byte(strings.Join([]string{r.Account, r.Region, r.Token, r.ID}, "\x00"))
}

func put(tx *bbolt.Tx, bucket, key []byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(key, text)
}
