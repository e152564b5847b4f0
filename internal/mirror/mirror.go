// Package mirror leads to copies of what the program otherwise fetches from public homes:
// charts and container images. Networks without a way to the internet need it.
package mirror

import (
	"os"
	"strings"

	"retail/internal/problem"
	"retail/internal/versions"
)

// Environment variables that serve where the configuration names no mirror.
const (
	ChartsVariable = "RETAIL_MIRROR_CHARTS"
	ImagesVariable = "RETAIL_MIRROR_IMAGES"
)

// Mirror says where the copies are; an empty field means the public home.
type Mirror struct {
	// Charts is the base of all charts: http(s):// of a chart repository with an
	// index.yaml, or oci:// of a registry's folder.
	Charts string
	// Images is the registry, with an optional folder, that stands in the place of an
	// image's registry: with "registry.example/copies" the image "public.ecr.aws/eks/x:1"
	// is "registry.example/copies/eks/x:1".
	Images string
}

// OrEnvironment returns the mirror with its empty fields taken from the environment.
func (m Mirror) OrEnvironment() Mirror {
	for _, field := range []struct {
		value    *string
		variable string
	}{{&m.Charts, ChartsVariable}, {&m.Images, ImagesVariable}} {
		if *field.value == "" {
			*field.value = os.Getenv(field.variable)
		}
	}
	return m
}

// Check refuses what is no base; paths are charts and images.
func (m Mirror) Check() error {
	var list problem.List
	if m.Charts != "" && !hasScheme(m.Charts, "http", "https", "oci") {
		list.Add("charts", "must begin with https://, http:// or oci://", quoted(m.Charts), "give the base of a chart repository or registry")
	}
	if strings.Contains(m.Images, "://") || strings.HasPrefix(m.Images, "/") || strings.HasSuffix(m.Images, "/") {
		list.Add("images", "must be a registry, with an optional folder", quoted(m.Images), `write "registry.example/folder", without a scheme`)
	}
	return list.Err()
}

// Chart returns what Helm calls a chart's reference and repository. From a registry the
// reference is the whole address and there is no repository.
func (m Mirror) Chart(chart versions.Chart) (reference, repository string) {
	home := chart.Home
	if m.Charts != "" {
		home = strings.TrimSuffix(m.Charts, "/")
	}
	if hasScheme(home, "oci") {
		return home + "/" + chart.Name, ""
	}
	return chart.Name, home
}

// Image returns where an image is pulled from. Its registry, the part before the first
// slash, must be written out.
func (m Mirror) Image(image string) string {
	_, rest, found := strings.Cut(image, "/")
	if m.Images == "" || !found {
		return image
	}
	return m.Images + "/" + rest
}

func hasScheme(address string, schemes ...string) bool {
	for _, scheme := range schemes {
		if rest, found := strings.CutPrefix(address, scheme+"://"); found && rest != "" {
			return true
		}
	}
	return false
}

func quoted(text string) string { return `"` + text + `"` }
