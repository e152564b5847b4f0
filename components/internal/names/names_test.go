package names_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/components/internal/names"
)

func TestChildJoinsComponentRoleAndKey(t *testing.T) {
	assert.Equal(t, "main-private-euw1-az1", names.Child("main", "private", "euw1-az1"))
	assert.Equal(t, "main-igw", names.Child("main", "igw"))
	assert.Equal(t, "main-igw", names.Child("main", "igw", ""))
}

func TestLimitKeepsShortNamesAndTellsLongOnesApart(t *testing.T) {
	assert.Equal(t, "short", names.Limit("short", 64))
	assert.Equal(t, strings.Repeat("a", 32), names.Limit(strings.Repeat("a", 32), 32))

	one := names.Limit(strings.Repeat("a", 60)+"1", 32)
	two := names.Limit(strings.Repeat("a", 60)+"2", 32)
	assert.Len(t, one, 32)
	assert.NotEqual(t, one, two)
	assert.Equal(t, one, names.Limit(strings.Repeat("a", 60)+"1", 32), "the same name must come out the same")
	assert.Len(t, names.Limit(strings.Repeat("a", 60), 6), 6)
}
