// SPDX-License-Identifier: MPL-2.0

package compat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Violation is a difference between an exchange and the document.
type Violation struct {
	// Operation is the method and the path as in the document, or the real path if the document doesn't have it.
	Operation string
	// Part is "request" or "response" and the status.
	Part string
	// Where is a JSON pointer into the body, with "#" for every index, or "?" and the name of a parameter.
	Where string
	// Rule is the schema's keyword or one of the rules below.
	Rule string
}

// Rules that are not keywords of a schema.
const (
	ruleOperation = "operation"     // the document doesn't have the path or the method
	ruleStatus    = "status"        // the operation doesn't have the response
	ruleMember    = "member"        // the schema doesn't have the member, the operation doesn't have the parameter
	ruleBody      = "body"          // the body is missing, unexpected or not JSON
	ruleType      = "content type"  // the operation doesn't have the media type
	ruleParameter = "parameter"     // the parameter's value is not valid
	ruleSeveral   = "oneOf several" // more than one alternative matches
)

// String is the violation in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s: %s: %q: %s", v.Operation, v.Part, v.Where, v.Rule)
}

// contract validates exchanges against a document.
type contract struct {
	router routers.Router
	failed openapi3.Content // the body of every error
}

func newContract(document *openapi3.T) (*contract, error) {
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		return nil, err
	}
	return &contract{router, openapi3.NewContentWithJSONSchemaRef(document.Components.Schemas["Error"])}, nil
}

// violations returns how the exchange violates the document.
func (c *contract) violations(ctx context.Context, exchange oktasim.Exchange) ([]Violation, error) {
	request, err := http.NewRequestWithContext(ctx, exchange.Method, exchange.Target, nil)
	if err != nil {
		return nil, err
	}
	route, ids, err := c.router.FindRoute(request)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		return []Violation{{Operation: exchange.Method + " " + request.URL.Path, Part: "request", Rule: ruleOperation}}, nil
	} else if err != nil {
		return nil, err
	}
	found := &findings{at: Violation{Operation: exchange.Method + " " + route.Path, Part: "request"}}
	found.parameters(route, ids, request)
	if body := route.Operation.RequestBody; body != nil {
		if exchange.Request != "" || body.Value.Required {
			found.body(body.Value.Content, exchange.RequestType, exchange.Request, openapi3.VisitAsRequest())
		}
	} else if exchange.Request != "" {
		found.add("", ruleBody)
	}
	if exchange.Status != 0 && !exchange.Fault {
		found.at.Part = "response " + strconv.Itoa(exchange.Status)
		c.response(found, route.Operation, exchange)
	}
	return found.all, nil
}

// response validates the response. An error that the operation doesn't list must have the body of other errors.
func (c *contract) response(found *findings, operation *openapi3.Operation, exchange oktasim.Exchange) {
	content := c.failed
	if listed := operation.Responses.Status(exchange.Status); listed != nil {
		content = listed.Value.Content
	} else if found.add("", ruleStatus); exchange.Status < http.StatusBadRequest {
		return
	}
	if len(content) > 0 {
		found.body(content, exchange.ResponseType, exchange.Response, openapi3.VisitAsResponse())
	} else if exchange.Response != "" {
		found.add("", ruleBody)
	}
}

func (f *findings) parameters(route *routers.Route, ids map[string]string, request *http.Request) {
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: ids, Route: route}
	names := map[string]bool{}
	for _, parameter := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		if parameter.Value.In == openapi3.ParameterInQuery {
			names[parameter.Value.Name] = true
		}
		if err := openapi3filter.ValidateParameter(request.Context(), input, parameter.Value); err != nil {
			f.add("?"+parameter.Value.Name, ruleParameter)
		}
	}
	for name := range request.URL.Query() {
		if !names[name] {
			f.add("?"+name, ruleMember)
		}
	}
}

func (f *findings) body(content openapi3.Content, contentType, text string, direction openapi3.SchemaValidationOption) {
	var value any
	switch media := content.Get(contentType); {
	case text == "":
		f.add("", ruleBody)
	case media == nil:
		f.add("", ruleType)
	case json.Unmarshal([]byte(text), &value) != nil:
		f.add("", ruleBody)
	default:
		f.schemaErrors(media.Schema.Value.VisitJSON(value, direction, openapi3.MultiErrors(), openapi3.EnableFormatValidation()))
		f.members(alternatives(media.Schema.Value), value, "")
	}
}
