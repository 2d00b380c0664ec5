// SPDX-License-Identifier: MPL-2.0

package okta

import "testing"

// A page of the list may be older than what this client has written meanwhile.
func TestSnapshot_WhatWasReadBeforeAWriteIsNotStored(t *testing.T) {
	type apps = snapshot[string]
	for name, test := range map[string]struct {
		meanwhile func(*apps)
		want      string
	}{
		"nothing":                               {func(*apps) {}, "page"},
		"another app was written":               {func(s *apps) { s.drop("other") }, "page"},
		"it was dropped":                        {func(s *apps) { s.drop("app") }, ""},
		"it was written":                        {func(s *apps) { s.put("app", "written") }, "written"},
		"it was written and dropped":            {func(s *apps) { s.put("app", "written"); s.drop("app") }, ""},
		"it was changed while it was not known": {func(s *apps) { s.update("app", func(string) (string, bool) { return "changed", true }) }, ""},
	} {
		s := &apps{}
		s.drop("app")
		before := s.state()
		test.meanwhile(s)
		s.storeSince(before, "app", "page")
		got, _ := s.peek("app")
		mustEqual(t, name, got, test.want)
	}
}

func TestSnapshot_AChangeThatCanNotBeToldIsReadAgain(t *testing.T) {
	s := &snapshot[string]{}
	s.put("app", "before")
	s.update("app", func(was string) (string, bool) { return was + ", changed", true })
	got, _ := s.peek("app")
	mustEqual(t, "what is known after a change", got, "before, changed")
	s.update("app", func(string) (string, bool) { return "?", false })
	mustEqual(t, "whether it is known after another", s.has("app"), false)
}
