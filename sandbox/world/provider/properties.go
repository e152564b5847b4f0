package provider

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"

	"retail/sandbox/cloud"
)

// options of the wire format: nothing is lost but the mark of a secret.
var options = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: false, SkipNulls: true}

// plain reads properties from the wire.
func plain(in *structpb.Struct) (cloud.Props, error) {
	if in == nil {
		return nil, nil
	}
	props, err := plugin.UnmarshalProperties(in, options)
	if err != nil {
		return nil, err
	}
	return plainMap(props)
}

func plainMap(props resource.PropertyMap) (cloud.Props, error) {
	out := cloud.Props{}
	for name, v := range props {
		value, err := plainValue(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[string(name)] = value
	}
	return out, nil
}

func plainValue(v resource.PropertyValue) (any, error) {
	switch {
	case v.IsNull():
		return nil, nil
	case v.IsComputed():
		return cloud.Unknown{}, nil
	case v.IsOutput():
		if !v.OutputValue().Known {
			return cloud.Unknown{}, nil
		}
		return plainValue(v.OutputValue().Element)
	case v.IsSecret():
		return plainValue(v.SecretValue().Element)
	case v.IsObject():
		return plainMap(v.ObjectValue())
	case v.IsArray():
		return plainList(v.ArrayValue())
	case v.IsString(), v.IsNumber(), v.IsBool():
		return v.V, nil
	}
	return nil, fmt.Errorf("a value of kind %s is not simulated: extend sandbox/world/provider/properties.go", v.TypeString())
}

func plainList(values []resource.PropertyValue) (any, error) {
	out := make([]any, len(values))
	for i, v := range values {
		value, err := plainValue(v)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		out[i] = value
	}
	return out, nil
}

// wire writes properties for the wire.
func wire(props cloud.Props) (*structpb.Struct, error) {
	out := resource.PropertyMap{}
	for name, v := range props {
		out[resource.PropertyKey(name)] = wireValue(v)
	}
	return plugin.MarshalProperties(out, options)
}

func wireValue(v any) resource.PropertyValue {
	return resource.NewPropertyValueRepl(v, nil, func(v any) (resource.PropertyValue, bool) {
		if _, unknown := v.(cloud.Unknown); unknown {
			return resource.MakeComputed(resource.NewProperty("")), true
		}
		return resource.PropertyValue{}, false
	})
}
