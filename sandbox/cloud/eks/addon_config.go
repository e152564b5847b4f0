package eks

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemas are what DescribeAddonConfiguration answers, cut to names, kinds and
// limits. CoreDNS's is complete as published for v1.10 with the members that
// later builds document; the others follow the add-ons' own documentation
// (amazon-vpc-cni-k8s, aws-ebs-csi-driver, secrets-store-csi-driver-provider-aws,
// aws-observability/helm-charts, the EKS User Guide) and can be
// narrower than EKS's.
//
//go:embed schemas/*.json
var schemas embed.FS

// configuration checks an add-on's configurationValues against its schema and
// gives them as data.
func configuration(addon, values string) (map[string]any, error) {
	if strings.TrimSpace(values) == "" {
		return nil, nil
	}
	var data map[string]any
	if err := json.Unmarshal([]byte(values), &data); err != nil {
		return nil, invalid("ConfigurationValue provided in request is not supported: %v", err)
	}
	schema, err := schemaOf(addon)
	if err != nil {
		return nil, err
	}
	err = schema.Validate(any(data))
	var broken *jsonschema.ValidationError
	if errors.As(err, &broken) {
		return nil, invalid("ConfigurationValue provided in request is not supported: Json schema validation failed with error: [%s]",
			strings.Join(reasons(broken), ", "))
	}
	return data, err
}

func schemaOf(addon string) (*jsonschema.Schema, error) {
	text, err := schemas.ReadFile("schemas/" + addon + ".json")
	if err != nil {
		return nil, fmt.Errorf("add-on %s has no configuration schema: add it to sandbox/cloud/eks/schemas", addon)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(addon, document); err != nil {
		return nil, err
	}
	return compiler.Compile(addon)
}

// reasons words the innermost errors as EKS does: "$.path: rule".
func reasons(e *jsonschema.ValidationError) []string {
	if len(e.Causes) > 0 {
		var all []string
		for _, cause := range e.Causes {
			all = append(all, reasons(cause)...)
		}
		return all
	}
	at := strings.Join(append([]string{"$"}, e.InstanceLocation...), ".")
	if extra, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		var all []string
		for _, name := range extra.Properties {
			all = append(all, at+"."+name+": is not defined in the schema and the schema does not allow additional properties")
		}
		return all
	}
	return []string{at + ": " + strings.Join(e.ErrorKind.KeywordPath(), ".") + " is not met"}
}
