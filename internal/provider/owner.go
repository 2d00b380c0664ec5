// SPDX-License-Identifier: MPL-2.0

package provider

// owner is what has the credentials that objects of a type manage, as messages name it.
type owner struct {
	noun    string
	secrets string // where Okta's API has its client secrets; {app} is its id
}

var (
	anApp            = owner{"app", "/api/v1/apps/{app}/credentials/secrets"}
	anAPIIntegration = owner{"API service integration", "/integrations/api/v1/api-services/{app}/credentials/secrets"}
)

// ownerOf is the owner of what objects of the type manage.
func ownerOf(object string) owner {
	if object == serviceSecretObject {
		return anAPIIntegration
	}
	return anApp
}
