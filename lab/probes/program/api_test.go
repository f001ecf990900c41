package main

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeAPI keeps ConfigMaps and tells watchers of them, as an API server does.
type fakeAPI struct {
	mutex    sync.Mutex
	objects  map[string]string
	version  int
	watchers map[chan string]bool
	// Not called with the lock; false: it has dealt with the request itself.
	before func(http.ResponseWriter, *http.Request) bool
	asked  []string
}

func newFakeAPI() *fakeAPI {
	return &fakeAPI{objects: map[string]string{"probe": "{}"}, watchers: map[chan string]bool{}}
}

func (f *fakeAPI) ServeHTTP(to http.ResponseWriter, request *http.Request) {
	if request.Header.Get("Authorization") != "Bearer secret" {
		to.WriteHeader(http.StatusUnauthorized)
		return
	}
	// A server notices that its client has gone only once it has read what that sent.
	body, _ := io.ReadAll(request.Body)
	f.mutex.Lock()
	f.asked = append(f.asked, request.Method+" "+request.Proto)
	before := f.before
	f.mutex.Unlock()
	if before != nil && !before(to, request) {
		return
	}
	name := filepath.Base(request.URL.Path)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	switch {
	case request.URL.Query().Get("watch") != "":
		f.serveWatch(to, request)
	case request.Method == http.MethodPatch:
		var object map[string]any
		_ = json.Unmarshal(body, &object)
		f.version++
		object["metadata"].(map[string]any)["resourceVersion"] = fmt.Sprint(f.version)
		text, _ := json.Marshal(object)
		f.objects[name] = string(text)
		for watcher := range f.watchers {
			watcher <- string(text)
		}
		_, _ = to.Write(text)
	case name == "configmaps":
		fmt.Fprintf(to, `{"metadata":{"resourceVersion":"%d"}}`, f.version)
	case f.objects[name] != "":
		fmt.Fprint(to, f.objects[name])
	default:
		to.WriteHeader(http.StatusNotFound)
	}
}

// serveWatch is called with the lock, and gives it back while it streams.
func (f *fakeAPI) serveWatch(to http.ResponseWriter, request *http.Request) {
	events := make(chan string, 1000)
	f.watchers[events] = true
	f.mutex.Unlock()
	to.WriteHeader(http.StatusOK)
	to.(http.Flusher).Flush()
	for streaming := true; streaming; {
		select {
		case <-request.Context().Done():
			streaming = false
		case event := <-events:
			fmt.Fprintf(to, `{"type":"MODIFIED","object":%s}`+"\n", event)
			to.(http.Flusher).Flush()
		}
	}
	f.mutex.Lock()
	delete(f.watchers, events)
}

// cluster is a server with the files that the probe needs to reach it.
type cluster struct {
	folder string
	server string
}

func clusterOf(t *testing.T, handler http.Handler) (cluster, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	folder := t.TempDir()
	write(t, filepath.Join(folder, "ca"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	write(t, filepath.Join(folder, "token"), "secret\n")
	return cluster{folder: folder, server: server.URL}, server
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// probe runs the program for so long, and returns its lines.
func (c cluster) probe(t *testing.T, duration time.Duration, more ...string) []Line {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), duration)
	defer cancel()
	path := filepath.Join(c.folder, "log")
	arguments := []string{"api", "--node=here", "--server=" + c.server, "--ca=" + filepath.Join(c.folder, "ca"),
		"--token-file=" + filepath.Join(c.folder, "token"), "--log=" + path, "--rate=20"}
	if err := run(ctx, append(arguments, more...)); err != nil {
		t.Fatal(err)
	}
	return linesIn(t, path)
}

func linesIn(t *testing.T, path string) []Line {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines []Line
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		var line Line
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("%q: %v", scanner.Text(), err)
		}
		lines = append(lines, line)
	}
	return lines
}

func of(lines []Line, series string, outcome string) (found []Line) {
	for _, line := range lines {
		if line.Series == series && (outcome == "" || line.Outcome == outcome) {
			found = append(found, line)
		}
	}
	return found
}

func TestAHealthyClusterIsReadWrittenAndWatched(t *testing.T) {
	api := newFakeAPI()
	where, server := clusterOf(t, api)
	lines := where.probe(t, 2*time.Second)

	for _, series := range []string{"read", "kept", "write"} {
		if all, good := of(lines, series, ""), of(lines, series, ok); len(good) < 5 || len(good) != len(all) {
			t.Errorf("%s: %d of %d were ok, expected all of about 40", series, len(good), len(all))
		}
	}
	serial := server.Certificate().SerialNumber.Text(16)
	ports := map[int]bool{}
	for _, line := range of(lines, "read", ok) {
		if line.Master != serial {
			t.Errorf("the certificate of who answered is %q, expected %q", line.Master, serial)
		}
		ports[line.Port] = true
	}
	if len(ports) != len(of(lines, "read", ok)) {
		t.Errorf("%d reads came from %d ports: each must have a connection of its own", len(of(lines, "read", ok)), len(ports))
	}
	ports = map[int]bool{}
	for _, line := range of(lines, "kept", ok) {
		ports[line.Port] = true
	}
	if len(ports) > 2 {
		t.Errorf("reads on a kept connection came from %d ports", len(ports))
	}
	if strings.Contains(fmt.Sprint(api.asked), "PATCH HTTP/2") {
		t.Error("a write used a kept connection")
	}
	if !strings.Contains(fmt.Sprint(api.asked), "GET HTTP/2.0") {
		t.Error("nothing was asked over HTTP/2")
	}
	told := map[int64]bool{}
	var first int64
	for _, line := range of(lines, "watch", "") {
		told[line.Value] = true
		if first == 0 {
			first = line.Value
		}
	}
	if first == 0 {
		t.Error("the watch told nothing")
	}
	writes := of(lines, "write", ok)
	for index, line := range writes {
		// What was written before the watch began, or as the program ended, it need not tell.
		if line.Number > first && index < len(writes)-5 && !told[line.Number] {
			t.Errorf("the watch told nothing of %d", line.Number)
		}
		if line.Value != line.Number {
			t.Errorf("wrote %d, and it was answered that %d stands there", line.Number, line.Value)
		}
	}
	last := of(lines, "read", ok)
	if last[len(last)-1].Value == 0 {
		t.Error("reads see no number")
	}
}

// What hangs must neither delay nor hide what comes after it.
func TestRequestsThatHangHideNothing(t *testing.T) {
	api := newFakeAPI()
	begin := time.Now()
	api.before = func(to http.ResponseWriter, request *http.Request) bool {
		if since := time.Since(begin); since > 200*time.Millisecond && since < 600*time.Millisecond {
			<-request.Context().Done()
			return false
		}
		return true
	}
	where, _ := clusterOf(t, api)
	lines := where.probe(t, 3*time.Second, "--timeout=10s")
	var good []Line
	for _, line := range of(lines, "write", ok) {
		if line.T-begin.UnixMilli() > 600 {
			good = append(good, line)
		}
	}
	if len(good) < 5 {
		t.Errorf("%d writes were ok after those that hang, expected about 48", len(good))
	}
	objects := map[string]int64{}
	for _, line := range of(lines, "write", ok) {
		if objects[line.Object] >= line.Number {
			t.Errorf("%s went from %d to %d", line.Object, objects[line.Object], line.Number)
		}
		objects[line.Object] = line.Number
	}
}

func TestATimeoutIsRetriedOnce(t *testing.T) {
	api := newFakeAPI()
	api.before = func(to http.ResponseWriter, request *http.Request) bool {
		<-request.Context().Done()
		return false
	}
	where, _ := clusterOf(t, api)
	lines := where.probe(t, 3*time.Second, "--timeout=200ms")
	for _, series := range []string{"read", "write", "kept"} {
		first, second := 0, 0
		for _, line := range of(lines, series, "timeout") {
			if line.Milliseconds < 190 || line.Milliseconds > 5000 {
				t.Errorf("%s: a timeout after %v ms", series, line.Milliseconds)
			}
			if line.Attempt == 1 {
				first++
			} else {
				second++
			}
		}
		if second < 1 || second > first {
			t.Errorf("%s: %d first and %d second attempts", series, first, second)
		}
		if len(of(lines, series, ok)) > 0 {
			t.Errorf("%s: something was ok", series)
		}
	}
}

func TestFailuresAreNamed(t *testing.T) {
	unavailable := func(to http.ResponseWriter, _ *http.Request) bool {
		to.WriteHeader(http.StatusServiceUnavailable)
		return false
	}
	api := newFakeAPI()
	api.before = unavailable
	answering, _ := clusterOf(t, api)

	gone, server := clusterOf(t, newFakeAPI())
	server.Close()

	resetting, _ := clusterOf(t, newFakeAPI())
	resetting.server = "https://" + accepting(t, func(connection *net.TCPConn) { _ = connection.SetLinger(0) })
	closing, _ := clusterOf(t, newFakeAPI())
	closing.server = "https://" + accepting(t, func(*net.TCPConn) {})
	stranger, _ := clusterOf(t, newFakeAPI())
	write(t, filepath.Join(stranger.folder, "ca"), anotherCA)

	for outcome, where := range map[string]cluster{"http-503": answering, "refused": gone, "reset": resetting, "eof": closing, "tls": stranger} {
		lines := where.probe(t, time.Second, "--timeout=2s")
		for _, series := range []string{"read", "kept", "write", "watch"} {
			named := of(lines, series, outcome)
			if len(named) < 1 {
				t.Errorf("%s: no %s among %v", series, outcome, of(lines, series, ""))
			}
		}
	}
}

// accepting reads what clients say first and then lets the connection go.
func accepting(t *testing.T, before func(*net.TCPConn)) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = connection.Read(make([]byte, 1<<16))
				before(connection.(*net.TCPConn))
				_ = connection.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// A write whose outcome is unknown may come later, so nothing more is written where it would.
func TestAWriteThatMayStillComeMeetsNobody(t *testing.T) {
	api := newFakeAPI()
	calls := 0
	api.before = func(to http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodPatch {
			return true
		}
		api.mutex.Lock()
		calls++
		call := calls
		api.mutex.Unlock()
		if call == 5 {
			to.WriteHeader(http.StatusInternalServerError)
		}
		return call != 5
	}
	where, _ := clusterOf(t, api)
	lines := where.probe(t, time.Second)
	failed := of(lines, "write", "http-500")
	if len(failed) != 1 {
		t.Fatalf("%d writes failed, expected 1", len(failed))
	}
	for _, line := range of(lines, "write", ok) {
		if line.Object == failed[0].Object && line.Number > failed[0].Number {
			t.Errorf("%d was written to %s, to which %d may still come", line.Number, line.Object, failed[0].Number)
		}
	}
}

func TestAWatchThatGoesSilentIsSeenAndLeft(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as pings do")
	}
	api := newFakeAPI()
	where, server := clusterOf(t, api)
	proxy := newFreezingProxy(t, server.Listener.Addr().String())
	where.server = "https://" + proxy.address
	time.AfterFunc(500*time.Millisecond, proxy.freeze)
	lines := where.probe(t, 16*time.Second, "--timeout=5s", "--rate=10")
	var last, next, ended int64
	for _, line := range of(lines, "watch", "") {
		switch {
		case line.Event == "ended" && line.Outcome == "lost":
			ended = line.T
		case line.Event == "number" && ended == 0:
			last = line.T
		case line.Event == "number" && next == 0:
			next = line.T
		}
	}
	if ended == 0 || next == 0 {
		t.Fatalf("the watch was not left: %v", of(lines, "watch", ""))
	}
	if silence := next - last; silence < 8_000 {
		t.Errorf("it was silent for %d ms, expected the 10 s that an unanswered ping takes", silence)
	}
}

func TestAWatchOfOwnWritesShowsItsDelay(t *testing.T) {
	api := newFakeAPI()
	api.before = func(_ http.ResponseWriter, request *http.Request) bool {
		if request.Method == http.MethodPatch {
			time.Sleep(150 * time.Millisecond)
		}
		return true
	}
	where, _ := clusterOf(t, api)
	for _, line := range of(where.probe(t, time.Second), "watch", "") {
		if line.Event == "number" && line.Milliseconds < 140 {
			t.Errorf("a number that was written in 150 ms was told of after %v", line.Milliseconds)
		}
	}
}

func TestALogThatAPowerCutLeftUnfinishedGoesOnInANewLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, `{"t":1}`+"\n"+`{"t":2,"no`)
	log, err := openLog(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	log.write(Line{T: 3})
	log.close()
	text, _ := os.ReadFile(path)
	if lines := strings.Split(strings.TrimSpace(string(text)), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[2], `{"t":3`) {
		t.Errorf("%q", text)
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	for _, arguments := range [][]string{{}, {"other"}, {"api"}, {"api", "--node=x", "--log=/dev/null", "--rate=0"}} {
		if err := run(context.Background(), arguments); err == nil {
			t.Errorf("%v was taken", arguments)
		}
	}
}
