// Package mesh asks Istio itself what the program's objects mean. It is a module of its own,
// since Istio's code is large and no part of the program: its charts are rendered with the
// values that the program gives them, its injector and its gateway controller make the pods
// that would run, and its discovery server turns the program's objects into what ztunnel,
// the waypoint, the store gateway and catalog's sidecar are told. Tests then ask that
// configuration who may call what.
//
// The objects come from tests/golden/testdata, where the golden tests of the root module keep
// them as the program declares them.
package mesh
