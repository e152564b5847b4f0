// Command generate writes the definitions that package gatewayapi holds: those of the Gateway
// API from the module of the release that package versions pins, and, where it is given, those
// of the AWS Gateway API Controller from the folder config/crd/bases of a checkout of its
// pinned release, which is in no module.
//
//	go run ./generate                       from components/gatewayapi
//	go run ./generate -lattice FOLDER       the controller's, too
//
// One object stands on a line, as JSON, in the order of the release's standard-install.yaml
// (kubernetes-sigs/gateway-api, hack/build-install-yaml.sh). Descriptions of fields are left
// out, as controller-gen does with maxDescLen=0: they are seven tenths of the text, which
// stands in a stack's state three times for each cluster, and tell an API server nothing.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"retail/internal/versions"
)

// The files are relative to components/gatewayapi.
const (
	output        = "definitions.jsonl"
	latticeOutput = "lattice.jsonl"
)

// latticePattern leaves out the definition that the controller's project has from ExternalDNS,
// which this program does not use.
const latticePattern = "application-networking.k8s.aws_*.yaml"

func main() {
	lattice := flag.String("lattice", "", "folder of the AWS Gateway API Controller's definitions")
	flag.Parse()
	err := run(output)
	if *lattice != "" {
		err = errors.Join(err, runLattice(*lattice, latticeOutput))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runLattice(folder, out string) error {
	text, err := all(folder, latticePattern)
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

func run(out string) error {
	folder, err := download(versions.GatewayAPI)
	if err != nil {
		return err
	}
	text, err := definitions(folder)
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

// download returns the folder of a module's files. It is an error if they are not hashed to
// the sum. Set GOPROXY=off to take what the module cache has and nothing else.
func download(module versions.Module) (string, error) {
	address := module.Path + "@v" + module.Version
	command := exec.Command("go", "mod", "download", "-json", address)
	// Outside of any module, whose go.sum would have to know it: the sum is compared below.
	command.Dir = os.TempDir()
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GONOSUMDB="+module.Path)
	text, err := command.Output()
	var got struct{ Dir, Sum, Error string }
	if decoding := json.Unmarshal(text, &got); decoding != nil || got.Error != "" || err != nil {
		return "", fmt.Errorf("%s: %s: %w", address, got.Error, errors.Join(err, decoding))
	}
	if got.Sum != module.Sum {
		return "", fmt.Errorf("%s: its sum is %s, not the pinned %s", address, got.Sum, module.Sum)
	}
	return got.Dir, nil
}

// definitions reads the standard channel from a folder of the module's files.
func definitions(folder string) ([]byte, error) {
	return all(filepath.Join(folder, "config", "crd", "standard"), "gateway*.yaml")
}

// all reads the files of a folder whose names match a pattern.
func all(folder, pattern string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no definitions %s", folder, pattern)
	}
	slices.Sort(files)
	var out bytes.Buffer
	for _, file := range files {
		if err := objects(&out, file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return out.Bytes(), nil
}

// objects appends the objects of one file.
func objects(out io.Writer, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // rules in CEL compare
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var object map[string]any
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if object == nil {
			continue
		}
		delete(object, "status") // the API server's
		if spec, isMap := object["spec"].(map[string]any); isMap {
			undescribed(spec)
		}
		if err := encoder.Encode(object); err != nil { // sorted by key
			return err
		}
	}
}

// undescribed removes the descriptions of a schema. What describes is a text; a field that
// is called description has a schema of its own.
func undescribed(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, isText := value["description"].(string); isText {
			delete(value, "description")
		}
		for _, element := range value {
			undescribed(element)
		}
	case []any:
		for _, element := range value {
			undescribed(element)
		}
	}
}
