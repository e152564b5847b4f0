package cloud

import "strings"

// The RAM types that say what is shared with whom.
const (
	ramResource  = "aws:ram/resourceAssociation:ResourceAssociation"
	ramPrincipal = "aws:ram/principalAssociation:PrincipalAssociation"
	ramAccepter  = "aws:ram/resourceShareAccepter:ResourceShareAccepter"
)

// shares tells whether RAM gives a record to an account: some share of the
// record's account and region holds its ARN, and the account, or the
// organisation the account is in, is a principal of that share. An account
// outside the organisation must have accepted the invitation.
func (w *World) shares(r *Record, account string) bool {
	arn := r.value("arn")
	in := func(o *Record) bool { return o.Account == r.Account && o.Region == r.Region }
	for _, held := range w.list(ramResource, in) {
		if arn == "" || held.value("resourceArn") != arn {
			continue
		}
		for _, to := range w.list(ramPrincipal, in) {
			share := held.value("resourceShareArn")
			if to.value("resourceShareArn") == share && w.covers(to.value("principal"), account) && w.joined(share, account) {
				return true
			}
		}
	}
	return false
}

// covers tells whether a RAM principal stands for an account.
func (w *World) covers(principal, account string) bool {
	if principal == account || principal == w.org.ARN() && w.org.Has(account) {
		return true
	}
	return strings.HasPrefix(principal, "arn:aws:iam::"+account+":")
}

// joined tells whether an account needs no invitation, or has accepted it.
func (w *World) joined(share, account string) bool {
	return w.org.Has(account) || len(w.list(ramAccepter, func(r *Record) bool {
		return r.Account == account && r.ID == share
	})) > 0
}
