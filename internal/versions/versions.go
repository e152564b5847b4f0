// Package versions knows the Kubernetes minor versions this program supports on
// Amazon EKS and the add-on versions that go with each.
//
// One table serves the configuration's validation, the clusters and the add-ons, so
// that a version that validates is also one for which every add-on is known.
package versions

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"retail/internal/problem"
)

// Minor is a Kubernetes minor version such as 1.35.
type Minor struct {
	Major, Minor int
}

// String returns the form that EKS uses, for example "1.35".
func (m Minor) String() string { return fmt.Sprintf("%d.%d", m.Major, m.Minor) }

// Compare returns -1, 0 or 1 as m is older than, equal to or newer than other.
func (m Minor) Compare(other Minor) int {
	return cmp.Or(cmp.Compare(m.Major, other.Major), cmp.Compare(m.Minor, other.Minor))
}

// Next returns the minor version after m. It may not be supported yet.
func (m Minor) Next() Minor { return Minor{m.Major, m.Minor + 1} }

// pattern wants exactly major.minor: EKS picks the patch version itself, and
// "1.30" must not have come through YAML as the number 1.3.
var pattern = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// Parse reads a version of the form "1.35". A version outside [Supported] is an
// error: this program would know no add-on versions for it.
func Parse(text string) (Minor, error) {
	m, err := Read(text)
	if err != nil {
		return Minor{}, err
	}
	if _, known := table[m]; !known {
		return Minor{}, &problem.Problem{
			Rule: "must be one of the supported Kubernetes versions " + list(), Got: strconv.Quote(text),
			Remedy: "choose one of them, or add the version and its add-ons to the table in internal/versions",
		}
	}
	return m, nil
}

// Read is Parse without the table: for the version a cluster runs already, which may
// have left it.
func Read(text string) (Minor, error) {
	groups := pattern.FindStringSubmatch(text)
	if groups == nil {
		return Minor{}, &problem.Problem{
			Rule: "must be a Kubernetes minor version in quotes", Got: strconv.Quote(text),
			Remedy: "write major and minor only, such as \"" + newest().String() + "\"",
		}
	}
	major, errMajor := strconv.Atoi(groups[1])
	minor, errMinor := strconv.Atoi(groups[2])
	return Minor{major, minor}, errors.Join(errMajor, errMinor)
}

// CheckStep refuses what EKS refuses for the control plane of a standing cluster: going
// back, and skipping a minor version (Amazon EKS User Guide, "Update existing cluster to
// new Kubernetes version"). Equal versions are fine.
func CheckStep(current, wanted Minor) error {
	switch {
	case wanted.Compare(current) < 0:
		return &problem.Problem{
			Rule: "a cluster cannot go back to an older version, it runs " + current.String(), Got: wanted.String(),
			Remedy: "raise the other colour with version " + wanted.String(),
		}
	case wanted.Compare(current.Next()) > 0:
		return &problem.Problem{
			Rule: "a cluster moves one minor version at a time, it runs " + current.String(), Got: wanted.String(),
			Remedy: "go to " + current.Next().String() + " first, or raise the other colour with version " + wanted.String(),
		}
	}
	return nil
}

// Supported returns the versions of the table, oldest first.
func Supported() []Minor {
	minors := make([]Minor, 0, len(table))
	for m := range table {
		minors = append(minors, m)
	}
	slices.SortFunc(minors, Minor.Compare)
	return minors
}

// Addon returns the version of an EKS add-on for a cluster of version m. An add-on
// that the table does not hold is an error naming both.
func Addon(name string, m Minor) (string, error) {
	version, known := table[m].addons[name]
	if !known {
		return "", &problem.Problem{
			Rule:   fmt.Sprintf("no version of the add-on %s is known for Kubernetes %s", name, m),
			Remedy: "add it to the table in internal/versions, or set an override",
		}
	}
	return version, nil
}

// EndOfStandardSupport returns the day on which m, a supported version, leaves standard
// support, as YYYY-MM-DD. From then on EKS bills extended support or, with the upgrade
// policy STANDARD, upgrades the control plane by itself.
func EndOfStandardSupport(m Minor) string { return table[m].standardSupportEnds }

func newest() Minor {
	all := Supported()
	return all[len(all)-1]
}

func list() string {
	all := Supported()
	texts := make([]string, 0, len(all))
	for _, m := range all {
		texts = append(texts, m.String())
	}
	return strings.Join(texts, ", ")
}
