// Package reloader simulates Stakater Reloader as its chart installs it: while a pod of
// the chart's Deployment is ready it watches Secrets of the namespaces that it was told
// and, when the data of one changes, annotates the pod template of every Deployment that
// names the Secret. The Deployment's own rolling update does the rest, in the real
// controller manager. It acts as the service account of the chart, so that the real API
// server holds it to the chart's Roles.
//
// Annotations and field manager are those of the project (stakater/Reloader, "Annotation
// Reference" and its strategy "annotations"). A Secret that changes while no pod is ready
// is not made up for, as there. ConfigMaps, "auto", patterns of names, Jobs and other
// kinds of workloads, pauses and alerts are not simulated; the stand-in chart refuses the
// values that ask for them.
package reloader

const (
	// The chart's label on its Deployment and pods.
	chartLabel = "app.kubernetes.io/name"
	chartName  = "reloader"
	// reload is the annotation of a Deployment that names Secrets, separated by commas.
	reload = "secret.reloader.stakater.com/reload"
	// reloadedFrom is the annotation of a pod template that tells what changed.
	reloadedFrom = "reloader.stakater.com/last-reloaded-from"
	fieldManager = "Reloader"
)
