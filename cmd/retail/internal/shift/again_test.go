package shift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/cmd/retail/internal/shift"
)

// What a carrier does not take is told with the way to finish, and the rest is back: the
// route may be owned by the colour whose API server is gone.
func TestWhatCannotBePutBackIsTold(t *testing.T) {
	v := newVPC()
	v.at = func(int) {
		if v.file["green"] == 25 {
			v.facts.Alarms[0].State = readiness.Red
			v.failCarrier[route] = errBoom
		}
	}
	r, said := v.do(t.Context(), t, nil)
	good := shift.Weights{"blue": 95, "green": 5}
	assert.Equal(t, shift.ExitNotBack, r.Exit(), said)
	assert.Equal(t, good, v.file)
	assert.Equal(t, good, v.state[rule], "customers are back")
	assert.Contains(t, said, "left: route: boom")
	assert.Contains(t, said, "route holds {blue: 75, green: 25}, not {blue: 95, green: 5}")
	assert.Contains(t, said, "retail shift --stack dev --vpc main --abort")
	j, err := v.Load()
	require.NoError(t, err)
	assert.Equal(t, shift.Stuck, j.Phase)

	r, said = v.do(t.Context(), t, nil)
	assert.Equal(t, shift.ExitRefused, r.Exit(), "the next shift waits")
	assert.Contains(t, said, "a shift must come to its end before the next one")

	v.failCarrier, v.at = map[string]error{}, func(int) {}
	r, said = v.do(t.Context(), t, func(o *shift.Options) { o.Abort, o.To = true, "" })
	assert.Equal(t, shift.ExitBack, r.Exit(), said)
	assert.Equal(t, good, v.state[route])
	assert.Nil(t, v.kept)
}

func TestAFileThatCannotBeWrittenIsTold(t *testing.T) {
	v := newVPC()
	v.atUp = func(int) { v.failWrite, v.failUp[1] = errBoom, errBoom }
	r, said := v.do(t.Context(), t, nil)
	assert.Equal(t, shift.ExitNotBack, r.Exit())
	assert.Empty(t, v.asked, "an update would put the file's weights in force")
	assert.Contains(t, said, "the file: boom: write traffic: {blue: 100, green: 0} by hand")
}

// The drift that a killed update leaves in what carries weights is its own; any other
// stands against going on.
func TestAResumedShiftKnowsItsOwnDrift(t *testing.T) {
	v := killAt(t, "before the update")
	v.drift = []shift.Change{{URN: rule, Op: "update"}}
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
	assert.Equal(t, shift.ExitDone, r.Exit(), said)
	v = killAt(t, "before the update")
	v.drift = []shift.Change{{URN: "urn:pulumi:dev::retail::aws:ec2/vpc:Vpc::main", Op: "update"}}
	r, _ = v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
	assert.Equal(t, shift.ExitRefused, r.Exit())
	assert.NotNil(t, v.kept, "the journal stays")
}

func TestARollbackThatWasKilledIsFinished(t *testing.T) {
	v := newVPC()
	func() {
		defer func() { require.NotNil(t, recover()) }()
		v.at = func(int) {
			if v.ups == 2 {
				v.facts.Alarms[0].State = readiness.Red
			}
			if len(v.asked) > 0 {
				panic("killed")
			}
		}
		v.do(t.Context(), t, nil)
	}()
	v.at, v.facts.Alarms[0].State = func(int) {}, readiness.OK
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
	assert.Equal(t, shift.ExitBack, r.Exit(), said)
	assert.Equal(t, "alarm errors is ALARM", r.Why, "resuming a rollback finishes it")
	assert.Equal(t, shift.Weights{"blue": 95, "green": 5}, v.state[route])
}

func TestAFileThatSomebodyChangedSinceIsNotTouched(t *testing.T) {
	v := killAt(t, "while it is watched")
	v.file = shift.Weights{"blue": 60, "green": 40}
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Abort, o.To = true, "" })
	assert.Equal(t, shift.ExitRefused, r.Exit())
	assert.Contains(t, said, "traffic: must be {blue: 95, green: 5} or {blue: 75, green: 25}, as the shift left it, got {blue: 60, green: 40}")
	r, said = v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "blue" })
	assert.Equal(t, shift.ExitRefused, r.Exit())
	assert.Contains(t, said, "--to: must be the colour of the shift that did not come to its end, green, got blue")
}

func TestThereMustBeAShiftToGoOnWith(t *testing.T) {
	v := newVPC()
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Resume = true })
	assert.Equal(t, shift.ExitRefused, r.Exit())
	assert.Contains(t, said, "there must be a shift that did not come to its end")
}

// Somebody else holds the stack's lock: the file is as it was, and nothing was updated.
func TestALockedStackIsLeftAlone(t *testing.T) {
	for name, gone := range map[string]bool{"by somebody": false, "by a process that is gone, but of nobody's shift": true} {
		v := newVPC()
		v.locked = &shift.Locked{Holders: "created by ann@ci (pid 7)", Gone: gone}
		r, said := v.do(t.Context(), t, nil)
		assert.Equal(t, shift.ExitRefused, r.Exit(), "%s: %s", name, said)
		assert.Contains(t, said, "the stack is locked: created by ann@ci (pid 7)", name)
		assert.Equal(t, shift.Weights{"blue": 100, "green": 0}, v.file, name)
		assert.Empty(t, v.asked, name)
		assert.Zero(t, v.released, name)
		assert.Nil(t, v.kept, name)
	}
}

func TestTheLockOfAKilledUpdateIsReleased(t *testing.T) {
	v := killAt(t, "before the update")
	v.locked = &shift.Locked{Holders: "created by me@here (pid 7)", Gone: true}
	r, said := v.do(t.Context(), t, func(o *shift.Options) { o.Resume, o.To = true, "" })
	assert.Equal(t, shift.ExitDone, r.Exit(), said)
	assert.Equal(t, 1, v.released)
	assert.Contains(t, said, "is released: created by me@here (pid 7)")
}

func TestNothingIsChangedWithoutAJournal(t *testing.T) {
	v := newVPC()
	v.failJournal = errBoom
	_, err := shift.Do(t.Context(), shift.Place{Engine: v, World: v, Desired: v, Journals: v}, v,
		shift.Options{To: "green", Shares: []int{5}, Say: func(string, ...any) {}})
	require.ErrorIs(t, err, errBoom)
	assert.Empty(t, v.written)
}

func TestJournalsAreKeptByStackAndVPC(t *testing.T) {
	folder := t.TempDir()
	f, err := shift.OpenFolder(folder, "dev", "main")
	require.NoError(t, err)
	none, err := f.Load()
	require.NoError(t, err)
	assert.Nil(t, none)
	_, err = shift.OpenFolder(folder, "dev", "main")
	require.ErrorContains(t, err, "another retail shift of dev main is under way")
	other, err := shift.OpenFolder(folder, "dev", "second")
	require.NoError(t, err)
	defer other.Close() //nolint:errcheck // of the test
	j := &shift.Journal{Stack: "dev", VPC: "main", To: "green", LastGood: shift.Weights{"blue": 100, "green": 0}, Steps: []shift.Weights{{"blue": 0, "green": 100}}, Phase: shift.Applying}
	require.NoError(t, f.Save(j))
	require.NoError(t, f.Close())
	f, err = shift.OpenFolder(folder, "dev", "main")
	require.NoError(t, err)
	again, err := f.Load()
	require.NoError(t, err)
	assert.Equal(t, j, again)
	require.NoError(t, f.Remove())
	require.NoError(t, f.Remove(), "twice is no error")
	none, err = f.Load()
	require.NoError(t, err)
	assert.Nil(t, none)
}
