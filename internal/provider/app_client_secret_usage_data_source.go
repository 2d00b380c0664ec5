// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/rotation"
)

var _ datasource.DataSourceWithConfigure = (*appClientSecretUsageDataSource)(nil)

func newAppClientSecretUsageDataSource() datasource.DataSource {
	return &appClientSecretUsageDataSource{}
}

// appClientSecretUsageDataSource tells who still logs in with which client secret
// of an app, as far as Okta's System Log proves it.
type appClientSecretUsageDataSource struct{ dataSource }

type appClientSecretUsageModel struct {
	AppID          types.String       `tfsdk:"app_id"`
	Window         types.String       `tfsdk:"window"`
	IncludeClients types.Bool         `tfsdk:"include_clients"`
	Secrets        []secretUsageModel `tfsdk:"secrets"`
}

type secretUsageModel struct {
	ID         types.String `tfsdk:"id"`
	Status     types.String `tfsdk:"status"`
	SecretHash types.String `tfsdk:"secret_hash"`
	Created    types.String `tfsdk:"created"`

	Usage                     types.String        `tfsdk:"usage"`
	InconclusiveReasons       []types.String      `tfsdk:"inconclusive_reasons"`
	LastUsedAt                types.String        `tfsdk:"last_used_at"`
	FailuresSinceDeactivation types.Int64         `tfsdk:"failures_since_deactivation"`
	LastFailureAt             types.String        `tfsdk:"last_failure_at"`
	Clients                   []secretClientModel `tfsdk:"clients"`
}

type secretClientModel struct {
	IPAddress  types.String `tfsdk:"ip_address"`
	UserAgent  types.String `tfsdk:"user_agent"`
	Logins     types.Int64  `tfsdk:"logins"`
	LastSeenAt types.String `tfsdk:"last_seen_at"`
}

const defaultUsageWindow = "7d"

func (d *appClientSecretUsageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_client_secret_usage"
}

func (d *appClientSecretUsageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: usageDescription,
		Attributes: map[string]schema.Attribute{
			"app_id": ofApp(),
			"window": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{usageWindow{}},
				MarkdownDescription: "How long the slowest consumer may go without a login, such as `36h`, `7d` or `2w`, up to `89d`. Set it to more than the longest " +
					"lifetime of a cached token and the longest pause between two runs of a job. Default: `7d`.",
			},
			"include_clients": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to list the addresses and user agents that logged in with each secret. They are stored in state. Default: `false`.",
			},
			"secrets": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The secrets, at most two, newest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":          told("Okta's id of the secret."),
					"status":      told("`ACTIVE` or `INACTIVE`."),
					"secret_hash": told("Okta's hash of the secret; the function `client_secret_hash` computes it."),
					"created":     told("When the secret was created (RFC 3339)."),
					"usage": told("`in_use`: there was a login with the secret, or an attempt. For a secret that was replaced, only logins since the newest `ACTIVE` secret was " +
						"created count; for one that is `INACTIVE`, only those since it was deactivated. `quiet`: there was none during the whole window, and the System Log would " +
						"have shown it. `inconclusive`: neither is proven; don't treat it as `quiet`. The newest `ACTIVE` secret is never `quiet`."),
					"inconclusive_reasons": schema.ListAttribute{
						Computed: true, ElementType: types.StringType,
						MarkdownDescription: "Why the usage is `inconclusive`; empty otherwise. " + doubtDescription(),
					},
					"last_used_at": told("When the last login with the secret took place in the window, failed ones included (RFC 3339); null if there was none."),
					"failures_since_deactivation": schema.Int64Attribute{
						Computed: true,
						MarkdownDescription: "How many logins with the secret failed since it was deactivated. Failures for which the System Log doesn't tell the secret count too. " +
							"Null for an `ACTIVE` secret, and if the System Log can't be read.",
					},
					"last_failure_at": told("When the last of them took place (RFC 3339); null if there was none."),
					"clients": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "Who logged in with the secret in the window, or tried to, latest first: from the latest 1,000 events. Null unless `include_clients` is `true`.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"ip_address":   told("Address that the login came from; null if the event doesn't tell."),
							"user_agent":   told("User agent; null if the event doesn't tell."),
							"logins":       schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of logins."},
							"last_seen_at": told("When the last one took place (RFC 3339)."),
						}},
					},
				}},
			},
		},
	}
}

const usageDescription = "**Experimental.** Tells whether the client secrets of an app are still in use, from Okta's System Log: whether the old secret of a rotation can be " +
	"retired, and who still uses it. Okta doesn't guarantee the event details that this depends on, so a result is `quiet` only if the System Log proves that it would have " +
	"shown a login.\n\n" +
	"It needs the scope `okta.logs.read` (with an API service app) and an admin role that can view the System Log. Without them, the usage is `inconclusive`, with a warning. " +
	"Each plan reads the System Log: up to four requests, from a rate limit that the org shares with its SIEM. Use the data source only while you need the result.\n\n" +
	"The System Log can't show:\n\n" +
	"- clients that only introspect tokens;\n" +
	"- consumers that haven't logged in during `window`: cached tokens, quarterly jobs, standby sites;\n" +
	"- logins with `client_secret_jwt`, perhaps; they are then `inconclusive`;\n" +
	"- logins more than 90 days ago, and those of the last minutes, because events can be late;\n" +
	"- use of the same secret value with the client id of another app."

// doubts are the reasons why a usage is inconclusive, in words.
var doubts = []struct {
	doubt rotation.Doubt
	means string
}{
	{rotation.Forbidden, "the provider isn't allowed to read the System Log"},
	{rotation.QueryFailed, "a query failed"},
	{rotation.TooManyEvents, "the app has more logins in the window than the provider reads"},
	{rotation.NoControl, "no successful login with the newest secret was found, so nothing shows that the System Log tells secrets apart"},
	{rotation.UnexplainedLogin, "a login was made with a secret that the app doesn't have, or the System Log doesn't tell with which"},
	{rotation.WindowTooShort, "less than the window has passed since the switch"},
	{rotation.BeyondRetention, "the window begins before Okta's oldest events"},
	{rotation.Outdated, "the reads took more than an hour, or the clock of this machine is wrong"},
}

// doubtsInWords says why a usage is inconclusive.
func doubtsInWords(found []rotation.Doubt) string {
	var words []string
	for _, d := range doubts {
		if slices.Contains(found, d.doubt) {
			words = append(words, d.means)
		}
	}
	return strings.Join(words, "; ")
}

func doubtDescription() (text string) {
	for _, d := range doubts {
		text += fmt.Sprintf("`%s`: %s. ", d.doubt, d.means)
	}
	return text[:len(text)-1]
}

func (d *appClientSecretUsageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model appClientSecretUsageModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.requireOrg(&resp.Diagnostics) {
		return
	}
	if model.Window.IsNull() {
		model.Window = types.StringValue(defaultUsageWindow)
	}
	window := durationOf(model.Window, &resp.Diagnostics)
	app := model.AppID.ValueString()
	secrets, err := d.client.Secrets.Snapshot(ctx, app)
	if err != nil {
		resp.Diagnostics.Append(failure("read the client secrets of app "+app, err))
		return
	}
	model.Secrets = []secretUsageModel{} // an empty list, not null
	if len(secrets) > 0 {
		question := usageQuestionOf(app, secrets)
		question.window, question.clients = window, model.IncludeClients.ValueBool()
		answer, diags := d.clientSecretUsage(ctx, question)
		resp.Diagnostics.Append(diags...)
		for _, secret := range newestFirst(secrets) {
			model.Secrets = append(model.Secrets, newSecretUsageModel(secret, question, answer))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// usageQuestionOf asks about the secret that isn't the newest ACTIVE one.
func usageQuestionOf(app string, secrets []okta.ClientSecret) usageQuestion {
	q := usageQuestion{appID: app}
	current, _ := newest(active(secrets))
	for _, secret := range secrets {
		q.listed = append(q.listed, secret.Hash)
		if secret.ID == current.ID {
			continue
		}
		q.previous, q.switchedAt = secret.Hash, current.Created
		if secret.Status == okta.StatusInactive {
			q.deactivatedAt = secret.LastUpdated
		}
	}
	q.current = current.Hash
	if q.previous == "" { // the app has one secret, and nothing has replaced it
		q.previous, q.current = current.Hash, ""
	}
	return q
}

func newSecretUsageModel(secret okta.ClientSecret, q usageQuestion, answer usageAnswer) secretUsageModel {
	verdict := answer.Verdict
	if secret.Hash != q.previous { // the newest: any login with it is use, and no other secret proves it quiet
		q.previous, q.current, q.switchedAt = secret.Hash, "", time.Time{}
		verdict = answer.log.evidence(q).Judge()
	}
	about := newClientSecretModel(secret)
	m := secretUsageModel{
		ID: about.ID, Status: about.Status, SecretHash: about.SecretHash, Created: about.Created,
		Usage:               types.StringValue(string(verdict.Usage)),
		InconclusiveReasons: []types.String{},
		LastUsedAt:          timestamp(verdict.PreviousLastUsed),
	}
	for _, doubt := range verdict.Doubts {
		m.InconclusiveReasons = append(m.InconclusiveReasons, types.StringValue(string(doubt)))
	}
	if secret.Status == okta.StatusInactive && answer.log.failures.Complete {
		m.FailuresSinceDeactivation = types.Int64Value(int64(answer.attempts.Count))
		m.LastFailureAt = timestamp(answer.attempts.Last)
	}
	if q.clients {
		m.Clients = clientsOf(secret.Hash, answer.log.logins)
	}
	return m
}

// clientsOf groups the logins with a secret by where they came from, latest first.
// Several queries can have found the same event, and a request can write several.
func clientsOf(hash string, logins []okta.Login) []secretClientModel {
	type client struct{ address, userAgent string }
	type seen struct {
		client
		requests map[any]bool
		last     time.Time
	}
	byClient := map[client]*seen{}
	for _, login := range logins {
		if login.SecretHash != hash {
			continue
		}
		key := client{login.ClientAddress, login.UserAgent}
		if byClient[key] == nil {
			byClient[key] = &seen{client: key, requests: map[any]bool{}}
		}
		s := byClient[key]
		if login.Transaction != "" {
			s.requests[login.Transaction] = true
		} else {
			s.requests[login] = true
		}
		s.last = latestOf(s.last, login.Published)
	}
	models := []secretClientModel{}
	for _, s := range slices.SortedFunc(maps.Values(byClient), func(a, b *seen) int {
		return cmp.Or(b.last.Compare(a.last), cmp.Compare(a.address, b.address), cmp.Compare(a.userAgent, b.userAgent))
	}) {
		models = append(models, secretClientModel{
			IPAddress: stringOrNull(s.address), UserAgent: stringOrNull(s.userAgent),
			Logins: types.Int64Value(int64(len(s.requests))), LastSeenAt: timestamp(s.last),
		})
	}
	return models
}

// usageWindow accepts the windows that Okta's System Log can prove something about.
type usageWindow struct{}

func (usageWindow) Description(context.Context) string { return "a duration above zero, up to 89d" }

func (v usageWindow) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (usageWindow) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	durationValidator{aboveZero: true}.ValidateString(ctx, req, resp)
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || resp.Diagnostics.HasError() {
		return
	}
	if window, err := rotation.ParseDuration(req.ConfigValue.ValueString()); err == nil && window > maxUsageWindow {
		resp.Diagnostics.AddAttributeError(req.Path, "Window too long",
			"Okta keeps events of its System Log for 90 days, so a longer window proves nothing. Use "+rotation.FormatDuration(maxUsageWindow)+" or less.")
	}
}
