// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/jwk"
)

var _ function.Function = jwksDocumentFunction{}

func newJWKSDocumentFunction() function.Function { return jwksDocumentFunction{} }

// jwksDocumentFunction makes the document that a JWKS URI serves.
type jwksDocumentFunction struct{}

func (jwksDocumentFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "jwks_document"
}

func (jwksDocumentFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "JWKS of public keys",
		MarkdownDescription: "Makes a JSON Web Key Set (RFC 7517 §5) of public keys, in the given order: the document to publish at the `jwks_uri` of `oktacreds_app_jwks_uri`. " +
			"The `kid` of a key without one is its RFC 7638 thumbprint. Fails if two keys have the same `kid` or if a key is private.",
		Parameters: []function.Parameter{function.ListParameter{
			Name: "keys", ElementType: types.StringType,
			MarkdownDescription: "The public keys, each as JSON Web Key or PEM. " + shownOnError,
		}},
		Return: function.StringReturn{},
	}
}

func (jwksDocumentFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var texts []string
	if resp.Error = req.Arguments.Get(ctx, &texts); resp.Error != nil {
		return
	}
	document, err := jwksDocument(texts)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, document)
}

func jwksDocument(texts []string) (string, error) {
	keys := make([]jwk.Key, len(texts))
	for i, text := range texts {
		key, err := jwk.ParsePublic(text)
		if err != nil {
			return "", fmt.Errorf("keys[%d]: %w", i, err)
		}
		keys[i] = withKid(key)
	}
	return jwk.Document(keys...)
}
