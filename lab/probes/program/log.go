package main

import (
	"encoding/json"
	"math"
	"os"
	"sync"
	"time"
)

// Line is one line of the log. The report's reader (lab/probes/lines.ts) has the same fields.
type Line struct {
	// When it began, in milliseconds since 1970.
	T    int64  `json:"t"`
	Node string `json:"node"`
	// read, kept, write, watch; pod, service, stream; probe for the program itself.
	Series string `json:"series"`
	// Which request of the series, or of the object when it is a write: counted from 1 in each run of the program.
	Number int64 `json:"n,omitempty"`
	// 1, or 2 for the one retry.
	Attempt int `json:"attempt,omitempty"`
	// How long it took.
	Milliseconds float64 `json:"ms"`
	// ok, http-<status>, or the class of the error; see outcomeOf.
	Outcome string `json:"outcome,omitempty"`
	// The local port of a new connection.
	Port int `json:"port,omitempty"`
	// Serial number of the certificate of the master at the other end, in hex: each master has one of its own.
	Master string `json:"master,omitempty"`
	// The ConfigMap that was read, written or seen, and the number in it.
	Object string `json:"object,omitempty"`
	Value  int64  `json:"value,omitempty"`
	// The node at the other end of pod traffic.
	To string `json:"to,omitempty"`
	// What happened, where it is no request.
	Event string `json:"event,omitempty"`
}

// Log appends lines to a file. Each is one write of its own, so that a cut of power loses at most the line it falls in.
type Log struct {
	mutex sync.Mutex
	file  *os.File
	node  string
}

func openLog(path, node string) (*Log, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	log := &Log{file: file, node: node}
	// A line that a cut of power left unfinished must not swallow the next one.
	if info, err := file.Stat(); err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := file.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			_, _ = file.WriteString("\n")
		}
	}
	return log, nil
}

func (l *Log) write(line Line) {
	line.Node = l.node
	line.Milliseconds = math.Round(line.Milliseconds*10) / 10
	text, err := json.Marshal(line)
	if err != nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	_, _ = l.file.Write(append(text, '\n'))
}

func (l *Log) close() { _ = l.file.Close() }

func now() int64 { return time.Now().UnixMilli() }

func since(start time.Time) float64 { return float64(time.Since(start)) / float64(time.Millisecond) }
