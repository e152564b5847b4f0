package main

// mutations lists the breakages; each line of the list is a fault that somebody
// reported from a real environment or that the design rules out.
var mutations = []mutation{}
