package provider_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/acctest"
)

// cli is Terraform at work in a directory of its own, with this provider and an
// org: for what terraform-plugin-testing does not run.
type cli struct {
	path string
	dir  string
	env  []string
}

// newCLI skips the test where the CLI is not Terraform, or older than 1.14.
func newCLI(t *testing.T, org *acctest.Org) *cli {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs Terraform, with TF_ACC set")
	}
	path := cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform")
	requireTerraform114(t, path)
	dir, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "cli") //nolint:usetesting // where acctest.Main will look for secrets
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_LOG_PATH", filepath.Join(dir, "terraform.log"))
	c := &cli{path: path, dir: dir, env: []string{
		"TF_CLI_CONFIG_FILE=" + filepath.Join(dir, "cli.tfrc"), "TF_CLI_ARGS_apply=-no-color", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"OKTA_HTTP_PROXY=" + org.URL, "OKTA_API_TOKEN=" + org.Token(),
	}}
	c.write(t, "main.tf", "terraform {\n  required_providers {\n    oktacreds = { source = \"oktacreds/oktacreds\" }\n  }\n}\nprovider \"oktacreds\" {}\n")
	built, err := build()
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"oktacreds/oktacreds\" = %q\n  }\n  direct {}\n}\n", built))
	return c
}

func requireTerraform114(t *testing.T, path string) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), path, "version", "-json").Output() //nolint:gosec // the user's own choice of program
	if err != nil {
		t.Fatal(err)
	}
	var is struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(output, &is); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	var major, minor int
	if _, err := fmt.Sscanf(is.Version, "%d.%d", &major, &minor); err != nil {
		t.Fatalf("the version is %q: %v", is.Version, err)
	}
	if major < 1 || major == 1 && minor < 14 || os.Getenv("TF_ACC_PROVIDER_HOST") == "registry.opentofu.org" {
		t.Skipf("Terraform 1.14 is needed, and this is %s", is.Version)
	}
}

// build makes the provider's binary, once, and returns the directory it is in.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(os.Getenv("TF_ACC_TEMP_DIR"), "bin")
	if err != nil {
		return "", err
	}
	output, err := exec.Command("go", "build", "-o", filepath.Join(dir, "terraform-provider-oktacreds"), "../..").CombinedOutput() //nolint:gosec // our own program
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return dir, nil
})

func (c *cli) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (c *cli) read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// run returns what Terraform said, every run of white space being one space,
// and whether it was content.
func (c *cli) run(t *testing.T, arguments ...string) (said string, ok bool) {
	t.Helper()
	command := exec.CommandContext(t.Context(), c.path, arguments...) //nolint:gosec // the user's own choice of program
	command.Dir, command.Env = c.dir, append(os.Environ(), c.env...)
	output, err := command.CombinedOutput()
	return strings.Join(strings.Fields(string(output)), " "), err == nil
}

func (c *cli) must(t *testing.T, arguments ...string) string {
	t.Helper()
	said, ok := c.run(t, arguments...)
	if !ok {
		t.Fatalf("terraform %s:\n%s", strings.Join(arguments, " "), said)
	}
	return said
}
