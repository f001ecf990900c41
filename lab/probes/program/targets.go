package main

import (
	"context"
	"sync"
)

// target is what requests go to: the pod of a node, or with no node the Service.
type target struct {
	node string
	host string
	port int
}

// targets keeps one conversation going with each target that there is.
type targets struct {
	speak   func(ctx context.Context, target target)
	running map[target]context.CancelFunc
	all     sync.WaitGroup
}

func newTargets(speak func(ctx context.Context, target target)) *targets {
	return &targets{speak: speak, running: map[target]context.CancelFunc{}}
}

// set begins with targets that are new and ends with those that are no more: a pod that has another address is another one.
func (t *targets) set(ctx context.Context, found []target) {
	wanted := map[target]bool{}
	for _, one := range found {
		wanted[one] = true
		if t.running[one] != nil {
			continue
		}
		conversation, cancel := context.WithCancel(ctx)
		t.running[one] = cancel
		t.all.Add(1)
		go func() { defer t.all.Done(); t.speak(conversation, one) }()
	}
	for one, cancel := range t.running {
		if !wanted[one] {
			cancel()
			delete(t.running, one)
		}
	}
}

func (t *targets) wait() { t.all.Wait() }
