// SPDX-License-Identifier: MPL-2.0

package okta

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// The bucket's arithmetic, one answer at a time.

func newBucket() *bucket {
	return &bucket{capacity: 100, turn: make(chan struct{}, 1), changed: make(chan struct{})}
}

// told is an answer that was the n-th of its window, which ends so many seconds
// from now.
func told(limit, n int, ends time.Duration) *http.Response {
	now := time.Now()
	return &http.Response{StatusCode: 200, Header: http.Header{
		"X-Rate-Limit-Limit":     {strconv.Itoa(limit)},
		"X-Rate-Limit-Remaining": {strconv.Itoa(limit - n)},
		"X-Rate-Limit-Reset":     {strconv.FormatInt(now.Add(ends).Unix(), 10)},
		"Date":                   {now.UTC().Format(http.TimeFormat)},
	}}
}

// places takes all places there are at the moment, 1000 at most.
func (b *bucket) places() (taken []place) {
	for len(taken) < 1000 {
		p, v := b.take(time.Now())
		if !v.free {
			break
		}
		taken = append(taken, p)
	}
	return taken
}

func TestBucket_AnswersOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(10, 1, time.Minute), nil)
		rest := b.places()
		mustEqual(t, "the places after the first answer", len(rest), 9)
		for _, n := range []int{7, 3, 10, 2, 5} { // as counted by Okta; the last one answered first
			b.leave(rest[0], told(10, n, time.Minute), nil)
			mustEqual(t, "the places with others under way", len(b.places()), 0)
		}
		_, v := b.take(time.Now())
		if !v.exhausted {
			t.Error("a window whose last request was counted is not exhausted")
		}
	})
}

func TestBucket_LateAnswersOfAnOldWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(10, 1, time.Second), nil)
		late := b.places()
		mustEqual(t, "the places of the first window", len(late), 9)
		lateAnswer := told(10, 10, time.Second)
		<-time.After(3 * time.Second)
		asking := b.places()
		mustEqual(t, "those who ask about the new window", len(asking), 1)
		b.leave(late[0], lateAnswer, nil)
		mustEqual(t, "the places after a late answer", len(b.places()), 0) // it tells nothing of the new window
		b.leave(asking[0], told(10, 1, time.Minute), nil)
		// 8 of the old window are under way still, and may yet be counted.
		got := b.places()
		mustEqual(t, "the places of the new window", len(got), 1)
		for range 8 {
			b.leave(late[0], lateAnswer, nil)
		}
		mustEqual(t, "the places once they have been answered", len(b.places()), 8)
	})
}

func TestBucket_AnswerThatBelongsToTheNextWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(10, 4, time.Second), nil)
		taken := b.places()
		mustEqual(t, "the places of the first window", len(taken), 6)
		// Okta's window ends before ours, which is late by up to two seconds.
		b.leave(taken[0], told(10, 1, 61*time.Second), nil)
		mustEqual(t, "the places of the second window", len(b.places()), 4) // of 9, 5 are under way
	})
}

func TestBucket_EarliestEndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(900 * time.Millisecond)
		b := newBucket()
		first := told(2, 1, 59*time.Second) // Date is cut by 0.9 s: the end comes out late by as much
		b.leave(b.places()[0], first, nil)
		start := time.Now()
		<-time.After(100 * time.Millisecond)
		second := told(2, 2, 59*time.Second)
		second.Header["X-Rate-Limit-Reset"] = first.Header["X-Rate-Limit-Reset"]
		b.leave(b.places()[0], second, nil)
		_, v := b.take(time.Now())
		mustEqual(t, "the end of the window", time.Now().Add(v.delay).Sub(start), 59*time.Second+100*time.Millisecond)
	})
}

func TestBucket_LostAnswersMayHaveBeenCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(10, 1, time.Minute), nil)
		taken := b.places()
		for _, lost := range taken[:5] {
			b.leave(lost, nil, io.ErrUnexpectedEOF)
		}
		mustEqual(t, "the places after lost answers", len(b.places()), 0)
		b.leave(taken[5], told(10, 3, time.Minute), nil) // Okta has counted none of them
		mustEqual(t, "the places once Okta has told", len(b.places()), 4)
	})
}

func TestBucket_WhatWasNeverSentIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(10, 1, time.Minute), nil)
		for _, unsent := range b.places() {
			b.leave(unsent, nil, errors.Join(errNotSent))
		}
		mustEqual(t, "the places", len(b.places()), 9)
	})
}

func TestBucket_WhoAsksInVainIsFollowedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		for range 3 {
			asking := b.places()
			mustEqual(t, "those who ask", len(asking), 1)
			b.leave(asking[0], nil, io.EOF)
		}
		asking := b.places()
		b.leave(asking[0], &http.Response{StatusCode: 429, Header: http.Header{"X-Rate-Limit-Limit": {"0"}, "X-Rate-Limit-Remaining": {"0"}}}, nil)
		mustEqual(t, "those who ask after a 429 of concurrency", len(b.places()), 1)
	})
}

func TestBucket_LimitThatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(10, 1, time.Minute), nil)
		b.leave(b.places()[0], told(50, 2, time.Minute), nil)
		mustEqual(t, "the places", len(b.places()), 50-10) // 2 counted, 8 under way
	})
}

func TestBucket_WindowEndsAtItsEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		b.leave(b.places()[0], told(1, 1, 10*time.Second), nil)
		<-time.After(11*time.Second - 1) // a nanosecond before
		_, v := b.take(time.Now())
		mustEqual(t, "the delay just before the end", v.delay, 1)
		mustEqual(t, "that there is room just before the end", v.free, false)
		<-time.After(1)
		mustEqual(t, "the places at the end", len(b.places()), 1)
	})
}
