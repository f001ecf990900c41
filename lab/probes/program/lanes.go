package main

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// firstObject is the ConfigMap that is read until a write has been acknowledged. It is made with the namespace.
const firstObject = "probe"

// lanes decide which ConfigMap a number is written to, so that two things are certain without a write ever waiting for another:
//
//   - numbers of one ConfigMap are written one after the other, so that they only ever grow;
//   - a write that failed but may still be carried out, by a master that was cut off for a while, meets nobody: its ConfigMap
//     gets no further numbers.
//
// So a number that goes back, or one that was acknowledged and is not there, is the cluster's fault. On a quiet day there is
// one ConfigMap a node and run of the program.
type lanes struct {
	mutex        sync.Mutex
	prefix       string
	free         []int
	next         int
	acknowledged string
}

// newLanes takes objects' names from node and start, so that a program that starts again meets none of its former writes.
func newLanes(node string, start time.Time) *lanes {
	return &lanes{prefix: node + "-" + strconv.FormatInt(start.UnixMilli(), 36) + "-", acknowledged: firstObject}
}

func (l *lanes) object(lane int) string { return l.prefix + strconv.Itoa(lane) }

// take gives the lowest free lane, a new one when all are taken.
func (l *lanes) take() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.free) == 0 {
		l.next++
		return l.next - 1
	}
	lane := slices.Min(l.free)
	l.free = slices.DeleteFunc(l.free, func(other int) bool { return other == lane })
	return lane
}

// give brings a lane back, unless one of its writes may still come.
func (l *lanes) give(lane int, acknowledged, unknown bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if acknowledged {
		l.acknowledged = l.object(lane)
	}
	if !unknown {
		l.free = append(l.free, lane)
	}
}

// lastAcknowledged is the object of the write that was acknowledged last.
func (l *lanes) lastAcknowledged() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.acknowledged
}
