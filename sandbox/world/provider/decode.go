package provider

import (
	"bytes"
	"encoding/json"
)

// decode reads JSON and refuses fields that the target does not have.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
