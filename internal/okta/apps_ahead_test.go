// SPDX-License-Identifier: MPL-2.0

package okta_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/oktacreds/terraform-provider-oktacreds/internal/okta"
	"github.com/oktacreds/terraform-provider-oktacreds/internal/oktasim"
)

// newFleet is an org with so many apps, each with a key.
func newFleet(t *testing.T, n int) (*world, []string) {
	t.Helper()
	w := newWorld(t, oktasim.Options{}, oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic})
	var apps []string
	for range n {
		w.app = w.org.AddApp(oktasim.AppOptions{AuthMethod: okta.AuthMethodSecretBasic}).ID
		w.addKey(t, "one")
		apps = append(apps, w.app)
	}
	return w, apps
}

// refresh reads the keys of each app, ten at a time as Terraform does.
func refresh(t *testing.T, client *okta.Client, apps []string) {
	t.Helper()
	var all sync.WaitGroup
	slots := make(chan struct{}, 10)
	for _, app := range apps {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if keys, err := client.Keys.Snapshot(t.Context(), app); err != nil || len(keys) != 1 {
				t.Errorf("app %s: %d keys, %v", app, len(keys), err)
			}
		})
	}
	all.Wait()
}

// requests counts them: pages of the list, and reads of one app.
func (w *world) requests() (pages, singles int) {
	for _, request := range w.org.Requests() {
		switch {
		case request.Path == "/api/v1/apps":
			pages++
		case strings.HasPrefix(request.Path, "/api/v1/apps/"):
			singles++
		}
	}
	w.org.ResetRequests()
	return pages, singles
}

func TestApps_ManyAreReadByPages(t *testing.T) {
	for _, test := range []struct{ apps, most int }{{1, 1}, {10, 10}, {11, 11}, {60, 11}, {200, 15}, {450, 15}} {
		w, apps := newFleet(t, test.apps)
		refresh(t, w.client, apps)
		pages, singles := w.requests()
		t.Logf("%d apps: %d pages, %d single reads", test.apps, pages, singles)
		if pages+singles > test.most {
			t.Errorf("%d apps cost %d pages and %d single reads, want %d requests at most", test.apps, pages, singles, test.most)
		}
	}
}

// A few apps of a large org are not worth reading all of it.
func TestApps_OfALargeOrgAreReadByThemselves(t *testing.T) {
	w, apps := newFleet(t, 1500)
	refresh(t, w.client, apps[1480:]) // on the last pages
	pages, singles := w.requests()
	if pages > 4 || singles > 20 {
		t.Errorf("20 apps cost %d pages and %d single reads", pages, singles)
	}
}

// An app of the catalog is not in the list, and one that is gone isn't either.
func TestApps_WhatTheListDoesNotHaveIsReadByItself(t *testing.T) {
	w, apps := newFleet(t, 30)
	gone := apps[29]
	if err := w.org.RemoveApp(gone); err != nil {
		t.Fatal(err)
	}
	refresh(t, w.client, apps[:29])
	w.requests()
	if _, err := w.client.App(t.Context(), gone); !okta.IsAppNotFound(err) {
		t.Errorf("the error is %v", err)
	}
	if _, singles := w.requests(); singles != 1 {
		t.Errorf("it was read %d times", singles)
	}
}

func TestApps_WhereTheListIsRefused_EachIsReadByItself(t *testing.T) {
	w, apps := newFleet(t, 30)
	w.fault(oktasim.Fault{Kind: oktasim.FaultErrorBefore, Method: "GET", Path: "/api/v1/apps", Status: 403})
	refresh(t, w.client, apps)
	if pages, singles := w.requests(); pages != 1 || singles != 30 {
		t.Errorf("%d pages and %d single reads, want 1 and 30", pages, singles)
	}
}

func TestCreate_FiftyKeysCostOneRead(t *testing.T) {
	w := newKeyWorld(t)
	var all sync.WaitGroup
	for i := range okta.MaxKeys {
		all.Go(func() {
			if _, err := w.client.Keys.Create(t.Context(), w.app, wantedKey(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	log := strings.Join(w.log(), "\n")
	if reads, writes := strings.Count(log, "GET "), strings.Count(log, "POST "); reads != 1 || writes != okta.MaxKeys {
		t.Errorf("%d reads and %d writes, want 1 and %d", reads, writes, okta.MaxKeys)
	}
}
