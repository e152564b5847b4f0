package eks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// release is a Kubernetes minor version on EKS.
type release struct {
	minor    string
	patch    string // of the control plane and the node images
	platform string
	// Days of the support calendar (EKS User Guide, "Amazon EKS Kubernetes
	// release calendar"). Standard support lasts 14 months, extended 12 more.
	released, standardEnds, extendedEnds string
}

// releases are the minor versions that the sandbox's API server can be, oldest
// first. Calendar: EKS User Guide, "Kubernetes version lifecycle"; platform
// versions: "Platform versions" (April 2026 for 1.33 to 1.35). For 1.36 the
// guide read had no platform version yet: it is the first one.
var releases = []release{
	{"1.33", "1.33.8", "eks.33", "2025-05-29", "2026-07-29", "2027-07-29"},
	{"1.34", "1.34.4", "eks.19", "2025-10-02", "2026-12-02", "2027-12-02"},
	{"1.35", "1.35.2", "eks.9", "2026-01-27", "2027-03-27", "2028-03-27"},
	{"1.36", "1.36.0", "eks.1", "2026-06-02", "2027-08-02", "2028-08-02"},
}

func releaseOf(minor string) (release, bool) {
	i := slices.IndexFunc(releases, func(r release) bool { return r.minor == minor })
	if i < 0 {
		return release{}, false
	}
	return releases[i], true
}

// newest is the version a cluster gets that asks for none.
func newest() string { return releases[len(releases)-1].minor }

// status is a version's support status on a day.
func (r release) status(now time.Time) string {
	switch day := now.UTC().Format(time.DateOnly); {
	case day < r.standardEnds:
		return "STANDARD_SUPPORT"
	case day < r.extendedEnds:
		return "EXTENDED_SUPPORT"
	}
	return "UNSUPPORTED"
}

// minorOf is the number after "1.", -1 for what is no version.
func minorOf(version string) int {
	_, minor, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	if err != nil {
		return -1
	}
	return n
}

// checkStep refuses what EKS refuses of a control plane: going back, and more
// than one minor version at once.
func checkStep(from, to string) error {
	if minorOf(to) != minorOf(from)+1 {
		return invalid("Unsupported Kubernetes minor version update from %s to %s", from, to)
	}
	if _, ok := releaseOf(to); !ok {
		return invalid("unsupported Kubernetes version %s", to)
	}
	return nil
}

// build is an add-on version, v1.22.4-eksbuild.3.
type build struct{ major, minor, patch, number int }

func parseBuild(version string) (b build, err error) {
	_, err = fmt.Sscanf(version, "v%d.%d.%d-eksbuild.%d", &b.major, &b.minor, &b.patch, &b.number)
	return b, err
}
