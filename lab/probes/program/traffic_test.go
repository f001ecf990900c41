package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// freePort is one that nobody had a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestAPodAnswersWithItsNodeAndAnotherOneAsksIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log, err := openLog(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	serving, end := context.WithCancel(context.Background())
	defer end()
	options := trafficOptions{httpPort: freePort(t), streamPort: freePort(t)}
	if err := answer(serving, "there", options.httpPort); err != nil {
		t.Fatal(err)
	}
	if err := echo(serving, options.streamPort); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	common := settings{node: "here", rate: 20, timeout: 10 * time.Second}
	service := target{host: "127.0.0.1", port: options.httpPort}
	go speak(ctx, common, options, service, log)
	speak(ctx, common, options, target{node: "there", host: "127.0.0.1", port: options.httpPort}, log)

	lines := linesIn(t, path)
	for _, series := range []string{"pod", "service"} {
		good := of(lines, series, ok)
		if len(good) < 5 || len(good) != len(of(lines, series, "")) {
			t.Fatalf("%s: %v", series, of(lines, series, ""))
		}
		if good[0].To != "there" {
			t.Errorf("%s: %q answered", series, good[0].To)
		}
	}
	if streams := of(lines, "stream", ""); len(streams) == 0 || streams[0].Event != "open" || strings.Contains(fmt.Sprint(streams), "dropped") {
		t.Errorf("an untroubled connection gave %v", streams)
	}
}

func TestALongConnectionThatDropsIsSeenAndOneThatStallsGoesOn(t *testing.T) {
	port := freePort(t)
	serving, end := context.WithCancel(context.Background())
	defer end()
	if err := echo(serving, port); err != nil {
		t.Fatal(err)
	}
	proxy := newFreezingProxy(t, "127.0.0.1:"+strconv.Itoa(port))

	events := func(address string, during func(context.CancelFunc)) string {
		path := filepath.Join(t.TempDir(), "log")
		log, err := openLog(path, "here")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		during(cancel)
		stream{to: "there", address: address, period: 50 * time.Millisecond, log: log}.keep(ctx)
		var seen []string
		for _, line := range linesIn(t, path) {
			seen = append(seen, line.Event+line.Outcome)
		}
		return strings.Join(seen, " ")
	}
	stalled := events(proxy.address, func(cancel context.CancelFunc) {
		time.AfterFunc(300*time.Millisecond, proxy.freeze)
		time.AfterFunc(3*time.Second, cancel)
	})
	if stalled != "open stalling" {
		t.Errorf("a connection on which nothing comes gave %q", stalled)
	}
	slow := accepting(t, func(connection *net.TCPConn) {
		time.Sleep(1300 * time.Millisecond)
		_, _ = connection.Write([]byte{0})
		_, _ = connection.Read(make([]byte, 1))
	})
	late := events(slow, func(cancel context.CancelFunc) { time.AfterFunc(4*time.Second, cancel) })
	if !strings.HasPrefix(late, "open stalling stalled droppedeof") {
		t.Errorf("an echo that comes after more than a second, and then an end, gave %q", late)
	}
}

func TestATargetThatMovedIsAnotherOne(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	began, ended := make(chan target, 10), make(chan target, 10)
	known := newTargets(func(ctx context.Context, target target) {
		began <- target
		<-ctx.Done()
		ended <- target
	})
	first, moved := target{node: "a", host: "10.0.0.1"}, target{node: "a", host: "10.0.0.2"}
	known.set(ctx, []target{first})
	known.set(ctx, []target{first})
	if got := <-began; got != first || len(began) != 0 {
		t.Errorf("began with %v, and %d more", got, len(began))
	}
	known.set(ctx, []target{moved})
	if got := <-ended; got != first {
		t.Errorf("ended with %v", got)
	}
	if got := <-began; got != moved {
		t.Errorf("began with %v", got)
	}
	cancel()
	known.wait()
}
