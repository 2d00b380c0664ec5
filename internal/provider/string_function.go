// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

var _ function.Function = stringFunction{}

// stringFunction is a function of one string that gives a string. Its error
// goes into Terraform's output and must not repeat the argument.
type stringFunction struct {
	name        string
	summary     string
	description string
	parameter   string
	accepts     string // the parameter's description
	compute     func(string) (string, error)
}

// shownOnError ends the description of every parameter: the functions can't prevent it.
const shownOnError = "If the call fails, Terraform prints the line of the call and the values in it. Mark the variable that the value comes from as " +
	"`sensitive`, so that a secret or a private key given by mistake is not printed."

func (f stringFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f stringFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             f.summary,
		MarkdownDescription: f.description,
		Parameters:          []function.Parameter{function.StringParameter{Name: f.parameter, MarkdownDescription: f.accepts + " " + shownOnError}},
		Return:              function.StringReturn{},
	}
}

func (f stringFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var argument string
	if resp.Error = req.Arguments.Get(ctx, &argument); resp.Error != nil {
		return
	}
	result, err := f.compute(argument)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, result)
}
