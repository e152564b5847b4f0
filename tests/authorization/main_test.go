package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/store"
)

func TestTableOfCallsIsFresh(t *testing.T) {
	require.NoError(t, run(filepath.Join("..", ".."), true))
}

func TestStaleTableIsAnError(t *testing.T) {
	root := t.TempDir()
	require.Error(t, run(root, true), "no document at all")
	require.Error(t, run(root, false), "nowhere to write it")
}

func TestEveryRequestHasALine(t *testing.T) {
	text, lines := string(render(store.Calls())), 0
	for _, call := range store.Calls() {
		lines += len(call.Requests)
	}
	assert.Equal(t, lines, strings.Count(text, "\n")-strings.Count(head, "\n"))
	assert.Contains(t, text, "| checkout | orders | POST | `/orders` | place an order |")
}
