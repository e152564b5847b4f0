package cloud

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The ambient caller's credentials are the same in every world, so that a shell
// can hold them before a world is served. They open nothing but the sandbox.
const (
	AmbientKey    = "ASIASANDBOXPIPELINE1"
	AmbientSecret = "sandbox"
	AmbientToken  = "sandbox"
)

// Credentials are temporary security credentials of a role session.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time
}

// Caller is whom credentials stand for.
type Caller struct {
	Account string `json:"account"`
	// Principal is the role session's ARN.
	Principal string    `json:"principal"`
	Key       string    `json:"key"`
	Expires   time.Time `json:"expires"`
}

// Role is the ARN of the IAM role behind the session, without its path.
func (c Caller) Role() string { return RoleOf(c.Principal) }

// Credentials makes credentials for a role session, which hold in real time. The
// world keeps no list of them: the session token tells whom they stand for, under
// the world's signature.
func (w *World) Credentials(principal, account string, life time.Duration) (Credentials, error) {
	id := Caller{Account: account, Principal: principal, Key: "ASIA" + rand.Text()[:16],
		Expires: time.Now().Add(life).UTC().Truncate(time.Second)}
	body, err := json.Marshal(id)
	if err != nil {
		return Credentials{}, err
	}
	text := base64.RawURLEncoding.EncodeToString(body)
	return Credentials{id.Key, w.sign("secret of " + id.Key), text + "." + w.sign(text), id.Expires}, nil
}

// CallerOf tells whom an access key with its session token stands for, and the
// secret key that must have signed. Errors are AWS's: InvalidClientTokenId and
// ExpiredToken.
func (w *World) CallerOf(key, token string) (id Caller, secret string, err error) {
	if key == AmbientKey && token == AmbientToken {
		return Caller{Account: strings.Split(w.org.Ambient, ":")[4], Principal: w.org.Ambient, Key: key}, AmbientSecret, nil
	}
	unknown := &Error{Code: "InvalidClientTokenId", Status: 403, Message: "The security token included in the request is invalid."}
	text, signature, _ := strings.Cut(token, ".")
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !hmac.Equal([]byte(signature), []byte(w.sign(text))) || json.Unmarshal(body, &id) != nil || id.Key != key {
		return id, "", unknown
	}
	if time.Now().After(id.Expires) {
		return id, "", &Error{Code: "ExpiredToken", Status: 403, Message: "The security token included in the request is expired"}
	}
	return id, w.sign("secret of " + id.Key), nil
}

// AssumeRoleAs gives the session that a caller gets for a role: one of the
// organisation's, which trust the ambient caller, or one that a program made and
// whose trust policy names the caller. Else STS's AccessDenied.
func (c *Call) AssumeRoleAs(caller Caller, role, session string) (principal, account string, err error) {
	w := c.world
	if caller.Principal == w.org.Ambient && slices.Contains(w.org.Roles, role) {
		return w.org.session(role, session)
	}
	for _, r := range w.list(roleToken, func(r *Record) bool { return r.value("arn") == role }) {
		if trusts(r.value("assumeRolePolicy"), caller.Principal) {
			return w.org.session(role, session)
		}
	}
	return "", "", &Error{Code: "AccessDenied", Status: 403, Message: fmt.Sprintf(
		"User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller.Principal, role)}
}
