// SPDX-License-Identifier: MPL-2.0

package main

// anywhere are the phrases that neither user-facing text nor comments use. A phrase is here,
// or in phrases, only if it is wrong almost wherever it appears. RE2 syntax, whole words,
// any case.
var anywhere = []phrase{
	ban(`(gives?|gave|given|giving) way`, ``, `is replaced or deleted`),
	ban(`mend(s|ed|ing)?`, ``, `restore or fix`),
	ban(`gone`, `410 Gone|gone (back|on|through|wrong)`, `is deleted, or no longer exists`),
	ban(`fights?|fought|fighting`, ``, `conflict`),
	ban(`have (his|her|its|their) way`, ``, `manage the same object`),
	ban(`stand-ins?`, ``, `placeholder secret`),
	ban(`leftovers?|left over|orphan(s|ed)?`, ``, `unrecorded secret`),
	ban(`(nobody|somebody|anybody|everybody)('s)?`, ``, `who or what it is, or no one`),
	ban(`held back`, ``, `blocked`),
	ban(`anew|once more`, ``, `again; retry`),
	ban(`all the same`, ``, `anyway, or leave it out`),
	ban(`at all`, ``, `nothing: leave it out`),
	ban(`beside`, ``, `next to, together with, or in addition to`),
	ban(`but for`, ``, `except`),
	ban(`whatever|whoever|whichever`, ``, `what it is: no matter how, anyone who, the one that`),
	ban(`unasked`, ``, `unless you ask for it`),

	// American spelling.
	ban(`(behaviour|colour|favour|honour|catalogue|licence)s?|cancell(ed|ing)|`+
		`(authori|customi|generali|initiali|minimi|normali|organi|recogni|seriali|speciali|summari|synchroni|utili)s(e|ed|es|ing|ation)`,
		``, `the American spelling`),
}

// phrases are the other phrases that user-facing text doesn't use: verbs and nouns that are
// not Okta's or Terraform's, and turns of phrase that a reader has to read twice.
var phrases = []phrase{
	// Verbs: create, activate, deactivate, delete, revoke, replace, import, adopt, fail.
	ban(`(secrets?|keys?|credentials?) ends?`, ``, `that it is deactivated, deleted or revoked`),
	ban(`(ends?|ended|ending) (the|a|an|its|that|this|no) (\w+ )?(secret|key|credential|one)s?`, ``, `deactivate, delete or revoke`),
	ban(`due`, `due to`, `is overdue, or is scheduled for`),
	ban(`(takes?|took|taken|taking) (it |that |this |them )?away`, ``, `remove`),
	ban(`(sees?|saw|seen) to (it|that)`, ``, `make sure`),
	ban(`(comes?|came|coming) back`, ``, `is restored, or is returned`),
	ban(`(brings?|brought|bringing) (it |them |the \w+ secret )?back`, ``, `restore`),
	ban(`(takes?|took|taken|taking) (it |them |that |this )?over`, ``, `adopt or import`),
	ban(`stay(s|ed|ing)?`, ``, `remain, or keep`),

	// Nouns: slot, placeholder secret, unrecorded secret, conflict, blocked, response.
	ban(`(free|first|second|other|two|both) places?`, ``, `slot`),
	ban(`(a|an|the|its|lost|last|okta's|every|each|this|that|such) answers?`, ``, `response`),

	// Turns of phrase.
	ban(`of it`, `(half|most|part|all|none|copy|one) of it`, `nothing: leave it out, or name it`),
	ban(`(is|are|was|were) no`, `(there|here) (is|are|was|were) no|(is|are|was|were) no (longer|more than)`, `is not a`),
	ban(`(has|have|had) no`, `(has|have|had) no (effect|longer)`, `doesn't have`),
	ban(`present (secret|key|value|one|credential)s?`, ``, `current`),
	ban(`the night`, ``, `on call`),
}
