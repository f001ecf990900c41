package main

import (
	"context"
	"sync"
	"time"
)

// every begins work at fixed times, whether what was begun before has ended or not: one that hangs hides nothing. All that is
// begun ends by its own timeouts, so that no more is under way than the rate times these. Returns when ctx has ended; what is
// under way then is left to end, for `patience` at most.
func every(ctx context.Context, period, patience time.Duration, work func(number int64)) {
	var underWay sync.WaitGroup
	next := time.Now()
	for number := int64(1); ; number++ {
		if !sleepUntil(ctx, next) {
			break
		}
		underWay.Add(1)
		go func() {
			defer underWay.Done()
			work(number)
		}()
		next = next.Add(period)
		// What this program slept through is not caught up in a burst: the report sees that nothing was begun.
		if behind := time.Since(next); behind > period {
			next = time.Now()
		}
	}
	ended := make(chan struct{})
	go func() { underWay.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(patience):
	}
}

// sleepUntil reports false when ctx ends first.
func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

// lastWords is how long requests that are under way when the program ends may still take.
const lastWords = time.Second

// beforeRetry is how long a client waits that tries again soon: as long as until the next request of a series. Who tries again at
// once may meet the same process, which is being killed: the kernel closes its sockets one by one, connections some milliseconds before
// the port that takes new ones (40 ms on a busy machine).
const beforeRetry = 100 * time.Millisecond

// attempts makes one attempt and, when that fails, a second one soon after. Each is a line. Returns how the last one went, and
// whether any of them may have done what it asked for without saying so.
func attempts(log *Log, timeout time.Duration, line Line, try func(ctx context.Context) result) (last result, unknown bool) {
	for line.Attempt = 1; line.Attempt <= 2; line.Attempt++ {
		if line.Attempt > 1 {
			time.Sleep(beforeRetry)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		last = try(ctx)
		cancel()
		line.T, line.Milliseconds = start.UnixMilli(), since(start)
		line.Outcome, line.Port, line.Master = last.outcome, last.port, last.master
		if last.value != 0 {
			line.Value = last.value
		}
		if last.answeredBy != "" {
			line.To = last.answeredBy
		}
		log.write(line)
		if last.outcome == ok {
			return last, unknown
		}
		unknown = unknown || last.unknown
	}
	return last, unknown
}
