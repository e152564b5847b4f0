// Package reloader installs Stakater Reloader: pods that read a password from their
// environment once, at their start, are replaced when the password in their Secret
// changes. RDS rotates its passwords every week; without this each rotation would be an
// outage that waits for somebody to restart pods.
//
// It watches one namespace and acts on Deployments whose annotation
// secret.reloader.stakater.com/reload names the Secret (Reloader documentation, "Annotation
// Reference"). A change of the Secret's data writes an annotation into the pods' template,
// so that the Deployment's own rolling update replaces them. Nothing else of the template
// changes, and the annotation belongs to another field manager, so that a run of this
// program neither sees nor removes it.
//
// It acts on changes that it sees. One that falls between two leaders, or into a time when
// no pod of it runs, is not made up for: docs/runbooks/rotate-credentials.md says how to
// notice and what to do.
package reloader
