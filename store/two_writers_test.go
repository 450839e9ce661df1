package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// TestAnotherProgramAtWork: whoever saves now and then comes through beside another
// program that saves without a pause, and so does the session of a browser.
func TestAnotherProgramAtWork(t *testing.T) {
	if storetest.OnPostgres() {
		return // about one file
	}
	t.Parallel()
	s := newTestStore(t)
	u := s.add("Ana", Admin)
	other := s.another()
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	saves := make(chan int)
	work.Go(func() {
		defer close(saves)
		for n := 0; ctx.Err() == nil; n++ {
			if _, err := other.UpdateUser(t.Context(), console, u.ID, edit(FieldPhone, fmt.Sprint("030 ", 100000+n))); err != nil {
				t.Error(err)
				return
			}
			select {
			case saves <- n:
			default:
			}
		}
	})
	meanwhile := func() { // the other one is hard at work
		for last, n, ok := <-saves+20, 0, true; ok && n < last; {
			n, ok = <-saves
		}
	}
	var took []time.Duration
	for n := range storetest.Rounds(20) {
		meanwhile()
		began := time.Now()
		change(t)(s.UpdateUser(t.Context(), console, u.ID, edit(FieldName, fmt.Sprint("Ana ", n))))
		must(t, s.Sessions().Commit("token", []byte("{}"), time.Now().Add(time.Hour)))
		took = append(took, time.Since(began))
	}
	stop()
	work.Wait()
	slices.Sort(took)
	t.Logf("a change and a session: half of them in %v, all in %v", took[len(took)/2], took[len(took)-1])
}
