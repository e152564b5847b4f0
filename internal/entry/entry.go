// Package entry is what the shop's front doors and those who ask them agree on.
package entry

// ColourHeader is the request header that reaches one colour whatever the weights. Its
// value is the colour, with a test key "COLOUR.KEY": a name alone can be guessed, and
// would let anybody use a version that is still being tested.
const ColourHeader = "x-retail-colour"
