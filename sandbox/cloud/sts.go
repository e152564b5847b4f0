package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"retail/sandbox/cloud/iam/policy"
)

// roleToken is the type of an IAM role that a program declares.
const roleToken = "aws:iam/role:Role"

// SignIn gives the session of a configured provider in a region: the ambient
// caller's, or that of a role it assumes. It makes the AWS calls that a provider
// makes at its start, so that they show in the log and faults can strike them.
func (w *World) SignIn(ctx context.Context, region, role, name string) (*Session, error) {
	s := &Session{Region: region, Principal: w.org.Ambient, Account: strings.Split(w.org.Ambient, ":")[4]}
	if role != "" {
		if name == "" {
			name = "pulumi"
		}
		err := w.ask(ctx, s, "sts:AssumeRole", func() (err error) {
			s.Principal, s.Account, err = w.assume(role, name)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("cannot assume IAM Role: IAM Role (%s) cannot be assumed: %w", role, err)
		}
	}
	err := w.ask(ctx, s, "sts:GetCallerIdentity", func() error { return nil })
	return w.Begin(s), err
}

// ask makes one AWS call that changes nothing.
func (w *World) ask(ctx context.Context, s *Session, operation string, do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	c := w.call(s, "invoke", nil, "")
	c.start, c.invokeToken = w.clock, "pulumi:providers:aws"
	_, err := w.perform(ctx, c, operation, 0, do)
	return errors.Join(err, w.commit())
}

// AssumeRole gives the session that the ambient caller gets for a role: one of
// the organisation's, or one that a program made and whose trust policy names
// the caller. Else STS's AccessDenied.
func (w *World) AssumeRole(role, session string) (principal, account string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.assume(role, session)
}

func (w *World) assume(role, session string) (principal, account string, err error) {
	principal, account, err = w.org.Assume(role, session)
	if err == nil {
		return principal, account, nil
	}
	for _, r := range w.list(roleToken, func(r *Record) bool { return r.value("arn") == role }) {
		if trusts(r.value("assumeRolePolicy"), w.org.Ambient) {
			return w.org.session(role, session)
		}
	}
	return "", "", err
}

// trusts tells whether a trust policy lets a role session of this world assume
// the role. It may name the session, its role or its account. A text that is no
// trust policy trusts nobody; conditions count as met.
func trusts(text, session string) bool {
	doc, err := policy.Parse(text, policy.Trust)
	if err != nil {
		return false
	}
	const assume, kind = "sts:AssumeRole", "AWS"
	role := RoleOf(session)
	caller := []string{session, role, "arn:aws:iam::" + strings.Split(role, ":")[4] + ":root"}
	denied := slices.ContainsFunc(caller, func(p string) bool { return doc.For(kind, p).Denies(assume) })
	return !denied && slices.ContainsFunc(caller, func(p string) bool { return doc.Allows(kind, p, assume) })
}
