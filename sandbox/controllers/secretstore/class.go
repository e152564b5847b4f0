package secretstore

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// class is a SecretProviderClass.
type class struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Provider      string            `json:"provider"`
		Parameters    map[string]string `json:"parameters"`
		SecretObjects []secretObject    `json:"secretObjects"`
	} `json:"spec"`
}

// secretObject is a Secret to be made of mounted files.
type secretObject struct {
	SecretName  string            `json:"secretName"`
	Type        string            `json:"type"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Data        []struct {
		ObjectName string `json:"objectName"`
		Key        string `json:"key"`
	} `json:"data"`
}

// object is one secret that the provider mounts.
type object struct {
	ObjectName  string `json:"objectName"`
	ObjectType  string `json:"objectType"`
	ObjectAlias string `json:"objectAlias"`
	JMESPath    []struct {
		Path        string `json:"path"`
		ObjectAlias string `json:"objectAlias"`
	} `json:"jmesPath"`
}

// known are the parameters that are simulated.
var known = map[string]bool{"region": true, "usePodIdentity": true, "objects": true}

// objects reads the class's parameter of this name, a text in YAML.
func (c class) objects() ([]object, error) {
	if c.Spec.Provider != provider {
		return nil, fmt.Errorf("provider not found: provider %q", c.Spec.Provider)
	}
	for name := range c.Spec.Parameters {
		if !known[name] {
			return nil, fmt.Errorf("parameter %s of the AWS provider is not simulated: extend sandbox/controllers/secretstore/class.go", name)
		}
	}
	if c.Spec.Parameters["usePodIdentity"] != "true" {
		return nil, fmt.Errorf("usePodIdentity must be \"true\": roles for service accounts (IRSA) are not simulated")
	}
	var out []object
	if err := yaml.UnmarshalStrict([]byte(c.Spec.Parameters["objects"]), &out); err != nil {
		return nil, fmt.Errorf("failed to load SecretProviderClass: objects: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("objects is required: it names the secrets to mount")
	}
	for _, o := range out {
		isARN := strings.HasPrefix(o.ObjectName, "arn:")
		if o.ObjectType != "secretsmanager" && (o.ObjectType != "" || !isARN) {
			return nil, fmt.Errorf("object %s: objectType %q is not simulated, only secretsmanager is", o.ObjectName, o.ObjectType)
		}
	}
	return out, nil
}

// file is the name under which an object is mounted.
func (o object) file() string {
	if o.ObjectAlias != "" {
		return o.ObjectAlias
	}
	return strings.ReplaceAll(o.ObjectName, "/", "_")
}

// member is a JMESPath of names and dots, which is what secrets need.
var member = regexp.MustCompile(`^("[^"]+"|[A-Za-z_][A-Za-z0-9_]*)(\.("[^"]+"|[A-Za-z_][A-Za-z0-9_]*))*$`)

var step = regexp.MustCompile(`"[^"]+"|[A-Za-z_][A-Za-z0-9_]*`)

// files are what one object with a value is mounted as.
func (o object) files(value string) (map[string]string, error) {
	out := map[string]string{o.file(): value}
	if len(o.JMESPath) == 0 {
		return out, nil
	}
	var data any
	if err := json.Unmarshal([]byte(value), &data); err != nil {
		return nil, fmt.Errorf("invalid JSON used with jmesPath in secret: %s", o.ObjectName)
	}
	for _, j := range o.JMESPath {
		if !member.MatchString(j.Path) {
			return nil, fmt.Errorf("jmesPath %s of object %s is not simulated: only names with dots are", j.Path, o.ObjectName)
		}
		at := data
		for _, name := range step.FindAllString(j.Path, -1) {
			fields, _ := at.(map[string]any)
			at = fields[strings.Trim(name, `"`)]
		}
		text, ok := at.(string)
		if !ok {
			return nil, fmt.Errorf("JMES Path - %s for object alias - %s does not point to a valid object", j.Path, j.ObjectAlias)
		}
		out[j.ObjectAlias] = text
	}
	return out, nil
}
