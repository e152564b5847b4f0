package main

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// raw is a codec that leaves messages as they are: *[]byte.
type raw struct{}

// Name is that of the codec it stands in for, so that both sides accept it.
func (raw) Name() string { return "proto" }

// Marshal passes the bytes on.
func (raw) Marshal(v any) (mem.BufferSlice, error) {
	message, ok := v.(*[]byte)
	if !ok {
		return nil, fmt.Errorf("the proxy forwards bytes, not %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(*message)}, nil
}

// Unmarshal copies the bytes, whose buffers gRPC uses again.
func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	message, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("the proxy forwards bytes, not %T", v)
	}
	*message = data.Materialize()
	return nil
}
