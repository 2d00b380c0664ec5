package oktasim

// service is an API service integration.
type service struct {
	id      string
	secrets secretSet
}

func (o *Org) listServiceSecrets(c *call) (response, error) {
	return response{}, notFound(c.ids["service"], "ApiService")
}
func (o *Org) createServiceSecret(c *call) (response, error) {
	return response{}, notFound(c.ids["service"], "ApiService")
}
func (o *Org) deleteServiceSecret(c *call) (response, error) {
	return response{}, notFound(c.ids["service"], "ApiService")
}
func (o *Org) activateServiceSecret(c *call) (response, error) {
	return response{}, notFound(c.ids["service"], "ApiService")
}
func (o *Org) deactivateServiceSecret(c *call) (response, error) {
	return response{}, notFound(c.ids["service"], "ApiService")
}
