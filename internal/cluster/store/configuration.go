package store

import (
	"encoding/json"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/runtime"
)

// Configuration returns the apply configuration of an object: what a server-side apply
// sends, and so owns. C is the configuration's type, of the same kind as the object, which
// has its apiVersion and kind set.
//
// The two types have the same JSON, but an object can't leave out a struct. So a status is
// left out, which isn't the provider's to write, and a spec that is empty.
func Configuration[C any](object runtime.Object) (*C, error) {
	config, err := recode[C](object)
	if err != nil {
		return nil, fmt.Errorf("make an apply configuration: %w", err)
	}
	return config, nil
}

func recode[C any](object runtime.Object) (*C, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	maps.DeleteFunc(fields, func(name string, value json.RawMessage) bool {
		return name == "status" || name == "spec" && string(value) == "{}"
	})
	if data, err = json.Marshal(fields); err != nil {
		return nil, err
	}
	config := new(C)
	return config, json.Unmarshal(data, config)
}
