package scenarios

import (
	"flag"
	"testing"
)

var stories = flag.Bool("stories", false, "run the long stories too: drills of every zone, autoshift, the mesh's ladder and its upgrade, an upgrade there and back")

// needsStories skips a story that takes many minutes, unless it is asked for.
func needsStories(t *testing.T) {
	t.Helper()
	if !*stories {
		t.Skip("takes many minutes: `make stories` runs it")
	}
}
