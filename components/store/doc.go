// Package store runs the shop in one cluster: the five services of the AWS Containers
// Retail Store sample (aws-containers/retail-store-sample-app, v1.6.2), as Deployments.
//
// What a service is lies in one file of its name (ui.go, catalog.go, cart.go, checkout.go,
// orders.go); what all five share lies in a file by subject: workload.go and pod.go
// (Deployment), scaling.go (autoscaling and disruption), network.go (who may talk to whom),
// identity.go (AWS permissions), credentials.go (passwords).
//
// The Service that customers reach comes first, as [NewEntry], and whatever binds it to a
// load balancer comes between it and [New]: only pods that are made after the binding get
// its readiness gate.
//
// Data stores rotate their passwords. The driver copies a new one into the pods' Secret
// within minutes, but a process reads its environment once, when it starts. Deployments
// that hold a password name the Secret to Stakater Reloader (components/reloader), which
// then restarts them; by hand, raising Args.CredentialsGeneration does
// (docs/runbooks/rotate-credentials.md).
package store
