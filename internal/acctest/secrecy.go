// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// Secrecy is checked on everything that the acceptance tests do: Main lets them
// run with all logs at TRACE and all files kept, and then searches logs, states
// and plans for every secret, token and assertion that an org has seen, and for
// private keys. They may be in one place: in client_secret, in state and plan,
// where omit_secret is not set.

// minted are the simulators of the run, by whose memory the search goes, under
// the name of the top-level test that each served.
var minted struct {
	sync.Mutex
	orgs map[string][]*oktasim.Org
}

func remember(test string, org *oktasim.Org) {
	minted.Lock()
	defer minted.Unlock()
	if minted.orgs == nil {
		minted.orgs = map[string][]*oktasim.Org{}
	}
	root, _, _ := strings.Cut(test, "/")
	minted.orgs[root] = append(minted.orgs[root], org)
}

// forbidden are values that nothing may hold. Many are found by how they begin: to
// look for each in every file took longer than a quarter of the tests.
type forbidden struct {
	values   []string
	byPrefix map[prefix][]int // places in values
	short    []int            // those of the values that are shorter than a prefix
}

type prefix [8]byte

// many is how many values make their beginnings worth looking at byte by byte. Fewer are
// found sooner one after the other, as [bytes.Contains] does it: a test's in its log.
var many = 500

// forbiddenIn returns the forbidden values of one test, or of all tests where that is
// the name of none.
func forbiddenIn(test string) *forbidden {
	minted.Lock()
	defer minted.Unlock()
	values := []string{simToken, "PRIVATE KEY-----"}
	_, one := minted.orgs[test]
	for name, orgs := range minted.orgs {
		for _, org := range orgs {
			if !one || test == name {
				values = append(values, org.Values()...)
			}
		}
	}
	f := &forbidden{values: values, byPrefix: map[prefix][]int{}}
	for i, value := range values {
		if len(value) < len(prefix{}) {
			f.short = append(f.short, i)
			continue
		}
		begin := prefix([]byte(value))
		f.byPrefix[begin] = append(f.byPrefix[begin], i)
	}
	return f
}

// Main is a package's TestMain: it runs the tests and looks for leaks.
func Main(m *testing.M) {
	if os.Getenv("TF_ACC") == "" {
		os.Exit(m.Run())
	}
	os.Exit(watched(m.Run))
}

func watched(run func() int) (code int) {
	dir, err := os.MkdirTemp("", "oktacreds-acceptance")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for name, value := range map[string]string{
		"TF_LOG": "TRACE", "TF_ACC_LOG": "TRACE", "TF_LOG_PATH_MASK": filepath.Join(dir, "%s.log"),
		"TF_ACC_TEMP_DIR": dir, "TF_ACC_PERSIST_WORKING_DIR": "1",
		// The test framework would log the tests' own configurations.
		"TF_LOG_SDK_HELPER_RESOURCE": "OFF",
		// For the CLI alone, this process has begun with another number: tests run in parallel, and a CLI
		// that spreads its few milliseconds of work over all cores takes a tenth more of them.
		"GOMAXPROCS": "1",
	} {
		if err := os.Setenv(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	code = run()
	leaks, files, values := search(dir)
	for _, leak := range leaks {
		fmt.Fprintln(os.Stderr, "LEAK:", leak)
		code = 1
	}
	_, _ = fmt.Fprintf(os.Stdout, "secrecy: %d files of logs, states and plans searched for %d secrets, %d leaks\n", files, values, len(leaks))
	return code
}

// search looks through everything below dir. A leak is told by the file it is
// in, never by the value.
func search(dir string) (leaks []string, files, values int) {
	all := forbiddenIn("")
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() { // a link leads to test data or to a program, which no run writes
			return err
		}
		found, looked, err := searchFile(path, all)
		if looked {
			files++
		}
		for _, what := range found {
			leaks = append(leaks, strings.TrimPrefix(path, dir)+": "+what)
		}
		return err
	})
	if err != nil {
		leaks = append(leaks, "the search is not complete: "+err.Error())
	}
	return leaks, files, len(all.values)
}

// searchFile looks into one file, if it is one that Terraform or the provider
// has written. A log is large, and named after its test: only what that test's
// orgs have seen can be in it.
func searchFile(path string, all *forbidden) (leaks []string, looked bool, err error) {
	name := filepath.Base(path)
	content, err := os.ReadFile(path) //nolint:gosec // below the run's own temporary directory
	switch {
	case err != nil:
		return nil, false, err
	case strings.HasSuffix(name, ".log"):
		test, _, _ := strings.Cut(strings.TrimSuffix(name, ".log"), "__") // for a slash
		return forbiddenIn(test).matches("log", content, nil), true, nil
	case strings.HasPrefix(name, "terraform.tfstate"):
		leaks, _, err = searchState("state", content, all)
		return leaks, true, err
	case name == "tfplan":
		leaks, err = searchPlan(path, content, all)
		return leaks, true, err
	default:
		return nil, false, nil // the test's own configuration
	}
}

// matches names each forbidden value that the content holds, by its place in
// the list.
func (f *forbidden) matches(where string, content []byte, allowed map[string]bool) (leaks []string) {
	held := map[int]bool{}
	hold := func(i int) {
		if value := f.values[i]; !held[i] && !allowed[value] && bytes.Contains(content, []byte(value)) {
			held[i] = true
			leaks = append(leaks, fmt.Sprintf("secret %d of %d in the %s", i+1, len(f.values), where))
		}
	}
	if len(f.values) < many {
		for i := range f.values {
			hold(i)
		}
		return leaks
	}
	for _, i := range f.short {
		hold(i)
	}
	for at := range len(content) - len(prefix{}) + 1 {
		for _, i := range f.byPrefix[prefix(content[at:])] {
			if bytes.HasPrefix(content[at:], []byte(f.values[i])) {
				hold(i)
			}
		}
	}
	return leaks
}

// state is what matters here of Terraform's state.
type state struct {
	Outputs   any             `json:"outputs"`
	Resources []stateResource `json:"resources"`
}

type stateResource struct {
	Type      string `json:"type"`
	Provider  string `json:"provider"`
	Instances []struct {
		Attributes map[string]any `json:"attributes"`
		Private    []byte         `json:"private"` // base64, but not encrypted
	} `json:"instances"`
}

// searchState looks into a state, apart from where a secret may be. It returns
// the values it found there.
func searchState(where string, content []byte, all *forbidden) (leaks []string, allowed map[string]bool, err error) {
	allowed = map[string]bool{}
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, allowed, nil
	}
	var parsed state
	if err := json.Unmarshal(content, &parsed); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", where, err)
	}
	rest := parsed.Resources[:0]
	var private [][]byte
	for _, resource := range parsed.Resources {
		if strings.HasPrefix(resource.Type, "echo") {
			continue // a test's own way to look into an ephemeral resource
		}
		for _, instance := range resource.Instances {
			private = append(private, instance.Private)
			if secret, ok := instance.Attributes["client_secret"].(string); ok && instance.Attributes["omit_secret"] != true {
				allowed[secret] = true
				delete(instance.Attributes, "client_secret")
			}
		}
		rest = append(rest, resource)
	}
	parsed.Resources = rest
	remaining, err := json.Marshal(parsed)
	if err != nil {
		return nil, nil, err
	}
	leaks = all.matches(where, append(remaining, bytes.Join(private, nil)...), nil)
	return leaks, allowed, nil
}

// ownSecret is an argument that gives a secret of the user's own, which plan and state may hold.
var ownSecret = regexp.MustCompile(`(?m)^\s*client_secret\s*=\s*"([^"$]+)"`)

// searchPlan looks into a saved plan: a zip of the planned changes, the states
// before and after the refresh, and the configuration, which is the test's own.
// A secret that the plan may hold is one that these states, or the state after
// its apply, may hold.
func searchPlan(path string, content []byte, all *forbidden) (leaks []string, err error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	allowed := map[string]bool{}
	if after, err := os.ReadFile(filepath.Join(filepath.Dir(path), "terraform.tfstate")); err == nil {
		if _, allowed, err = searchState("state", after, &forbidden{}); err != nil {
			return nil, err
		}
	}
	var changes []byte
	for _, file := range archive.File {
		part, err := readZipped(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if strings.HasPrefix(file.Name, "tfconfig/") {
			for _, own := range ownSecret.FindAllSubmatch(part, -1) {
				allowed[string(own[1])] = true // planned, also where the apply fails
			}
			continue
		}
		if !strings.HasPrefix(file.Name, "tfstate") {
			changes = append(changes, part...)
			continue
		}
		found, held, err := searchState("plan's "+file.Name, part, all)
		if err != nil {
			return nil, err
		}
		leaks = append(leaks, found...)
		for value := range held {
			allowed[value] = true
		}
	}
	return append(leaks, all.matches("plan", changes, allowed)...), nil
}

func readZipped(file *zip.File) ([]byte, error) {
	reader, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	return io.ReadAll(reader)
}
