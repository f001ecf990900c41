package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// stream is one long connection to another node's pod. A byte goes there and back as often as the other probes of a pod ask. Its lines' events:
//
//	open      it is established
//	dropped   it ended, though nobody wanted it to; ms: how long it had lived
//	stalling  an echo has been awaited for a second
//	stalled   it came after all; ms: how long it took
//
// It has no timeout: packets that get lost for a while are TCP's to send again, and a connection that goes on then did not drop.
type stream struct {
	to      string
	address string
	period  time.Duration
	log     *Log
}

const stall = time.Second

func (s stream) keep(ctx context.Context) {
	for ctx.Err() == nil {
		s.once(ctx)
		if !sleepUntil(ctx, time.Now().Add(100*time.Millisecond)) {
			return
		}
	}
}

func (s stream) once(ctx context.Context) {
	dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: -1}
	connection, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return
	}
	opened := time.Now()
	s.log.write(Line{T: opened.UnixMilli(), Series: "stream", Event: "open", To: s.to})
	stop := context.AfterFunc(ctx, func() { _ = connection.Close() })
	defer stop()
	defer connection.Close()

	beat := []byte{0}
	for {
		sent := time.Now()
		late := time.AfterFunc(stall, func() {
			s.log.write(Line{T: sent.UnixMilli(), Series: "stream", Event: "stalling", To: s.to})
		})
		if _, err = connection.Write(beat); err == nil {
			_, err = io.ReadFull(connection, beat)
		}
		stalled := !late.Stop()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.log.write(Line{T: now(), Series: "stream", Event: "dropped", To: s.to, Milliseconds: since(opened), Outcome: outcomeOf(err)})
			return
		}
		if stalled {
			s.log.write(Line{T: sent.UnixMilli(), Series: "stream", Event: "stalled", To: s.to, Milliseconds: since(sent)})
		}
		if !sleepUntil(ctx, sent.Add(s.period)) {
			return
		}
	}
}

// echo sends back whatever comes on a connection, until ctx ends.
func echo(ctx context.Context, port int) error {
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	go func() { <-ctx.Done(); _ = listener.Close() }()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { defer connection.Close(); _, _ = io.Copy(connection, connection) }()
		}
	}()
	return nil
}
