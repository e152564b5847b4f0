package awsapi

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// Lives of a role session (AssumeRole, STS API Reference). A role's own maximum
// is not simulated: one hour, its default, holds for all.
const (
	shortestSession = 15 * time.Minute
	longestSession  = time.Hour
)

var stsOperations = []*operation{
	{name: "GetCallerIdentity", anyone: true, do: getCallerIdentity},
	// Who may assume a role is the trust policy's matter, which the call asks itself.
	{name: "AssumeRole", anyone: true, do: assumeRole, takes: []string{"RoleArn", "RoleSessionName", "DurationSeconds"},
		needs: []string{"RoleArn", "RoleSessionName"}},
}

func getCallerIdentity(c *call) (object, error) {
	return object{"Account": c.Account, "Arn": c.Principal, "UserId": userID(c.Principal)}, nil
}

// userID is the role's unique ID and the session's name.
func userID(session string) string {
	sum := sha256.Sum256([]byte(cloud.RoleOf(session)))
	return "AROA" + strings.ToUpper(hex.EncodeToString(sum[:]))[:17] + ":" + session[strings.LastIndex(session, "/")+1:]
}

func assumeRole(c *call) (object, error) {
	life := longestSession
	if text := c.text("DurationSeconds"); text != "" {
		seconds, err := strconv.Atoi(text)
		life = time.Duration(seconds) * time.Second
		if err != nil || life < shortestSession || life > longestSession {
			return nil, c.Fail("ValidationError", "The requested DurationSeconds must be %d to %d, got %s",
				int(shortestSession.Seconds()), int(longestSession.Seconds()), text)
		}
	}
	principal, account, err := c.AssumeRoleAs(c.caller, c.text("RoleArn"), c.text("RoleSessionName"))
	if err != nil {
		return nil, err
	}
	made, err := c.world.Credentials(principal, account, life)
	if err != nil {
		return nil, err
	}
	return object{
		"AssumedRoleUser": object{"Arn": principal, "AssumedRoleId": userID(principal)},
		"Credentials": object{"AccessKeyId": made.AccessKeyID, "SecretAccessKey": made.SecretAccessKey,
			"SessionToken": made.SessionToken, "Expiration": made.Expires},
	}, nil
}
