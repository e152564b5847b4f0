package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"retail/sandbox/cloud"
)

// config are the provider's settings that the simulation acts on, and those
// that change nothing here. Any other is refused: it would be ignored.
type config struct {
	Region     string `json:"region"`
	AssumeRole struct {
		RoleARN     string `json:"roleArn"`
		SessionName string `json:"sessionName"`
	} `json:"assumeRole"`
	AllowedAccountIDs   []string `json:"allowedAccountIds"`
	ForbiddenAccountIDs []string `json:"forbiddenAccountIds"`
	DefaultTags         struct {
		Tags map[string]string `json:"tags"`
	} `json:"defaultTags"`
	MaxRetries                int    `json:"maxRetries"`
	RetryMode                 string `json:"retryMode"`
	STSRegion                 string `json:"stsRegion"`
	SkipCredentialsValidation bool   `json:"skipCredentialsValidation"`
	SkipMetadataAPICheck      bool   `json:"skipMetadataApiCheck"`
	SkipRegionValidation      bool   `json:"skipRegionValidation"`
	SkipRequestingAccountID   bool   `json:"skipRequestingAccountId"`
	Version                   string `json:"version"`
}

// parse reads the settings; all that is wrong with them is told at once. A
// nested setting comes as JSON text, as provider settings do. Unknown ones are
// left out.
func parse(props cloud.Props) (*config, []*pulumirpc.CheckFailure) {
	out := &config{}
	known := fields()
	var failures []*pulumirpc.CheckFailure
	for _, name := range slices.Sorted(maps.Keys(props)) {
		value := props[name]
		if cloud.HasUnknown(value) || value == nil || value == "" {
			continue
		}
		if !slices.Contains(known, name) {
			failures = append(failures, &pulumirpc.CheckFailure{Property: name, Reason: fmt.Sprintf(
				"the provider setting %s is not simulated: remove it, or act on it in sandbox/world/provider/config.go", name)})
			continue
		}
		if err := set(out, name, value); err != nil {
			failures = append(failures, &pulumirpc.CheckFailure{Property: name, Reason: err.Error()})
		}
	}
	return out, failures
}

// fields are the settings' names.
func fields() []string {
	text, _ := json.Marshal(config{}) // plain fields always marshal
	all := map[string]any{}
	_ = json.Unmarshal(text, &all)
	return slices.Collect(maps.Keys(all))
}

// set decodes one setting, from itself or from JSON text, refusing what a
// nested setting does not have.
func set(out *config, name string, value any) error {
	text, err := json.Marshal(map[string]any{name: value})
	if err != nil {
		return err
	}
	if decode(text, out) == nil {
		return nil
	}
	inner, ok := value.(string)
	if !ok || !json.Valid([]byte(inner)) {
		return decode(text, out)
	}
	return decode(fmt.Appendf(nil, "{%q: %s}", name, inner), out)
}

// CheckConfig finds what is wrong with the settings.
func (s *Server) CheckConfig(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := plain(r.GetNews())
	if err != nil {
		return nil, err
	}
	c, failures := parse(news)
	if _, ok := s.world.Organisation().Regions[c.Region]; c.Region != "" && !ok {
		failures = append(failures, &pulumirpc.CheckFailure{Property: "region", Reason: fmt.Sprintf(
			"invalid AWS Region: %s; this world has %v", c.Region, slices.Sorted(maps.Keys(s.world.Organisation().Regions)))})
	}
	return &pulumirpc.CheckResponse{Inputs: r.GetNews(), Failures: failures}, nil
}

// DiffConfig compares settings. A change never replaces the provider by itself,
// as with pulumi-aws: a wrong account is refused when it is configured.
func (s *Server) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := plain(r.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := plain(r.GetNews())
	if err != nil {
		return nil, err
	}
	out := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	names := maps.Clone(news)
	maps.Copy(names, olds)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if fmt.Sprint(olds[name]) != fmt.Sprint(news[name]) {
			out.Changes = pulumirpc.DiffResponse_DIFF_SOME
			out.Diffs = append(out.Diffs, name)
		}
	}
	return out, nil
}

// Configure signs the instance in: it assumes the role and refuses an account
// that the settings do not allow.
func (s *Server) Configure(ctx context.Context, r *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	args, err := plain(r.GetArgs())
	if err != nil {
		return nil, err
	}
	c, failures := parse(args)
	if len(failures) > 0 {
		return nil, fmt.Errorf("%s: %s", failures[0].GetProperty(), failures[0].GetReason())
	}
	session, err := s.signIn(ctx, c)
	if err != nil {
		return nil, err
	}
	i := s.instance(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	i.session = session
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}

// signIn gives the session of a configured provider. The wording is that of
// terraform-provider-aws.
func (s *Server) signIn(ctx context.Context, c *config) (*cloud.Session, error) {
	if c.Region == "" {
		return nil, fmt.Errorf("invalid AWS Region: no region is set; set the provider's region")
	}
	session, err := s.world.SignIn(ctx, c.Region, c.AssumeRole.RoleARN, c.AssumeRole.SessionName)
	if err != nil {
		return nil, err
	}
	allowed := len(c.AllowedAccountIDs) == 0 || slices.Contains(c.AllowedAccountIDs, session.Account)
	if !allowed || slices.Contains(c.ForbiddenAccountIDs, session.Account) {
		return nil, fmt.Errorf("AWS account ID not allowed: %s", session.Account)
	}
	session.DefaultTags = c.DefaultTags.Tags
	return session, nil
}
