package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// watch follows the ConfigMaps of this node and notes every number that it is told of, and how late. Its lines' events:
//
//	connected  it watches; ms: how long that took to ask for
//	failed     it asked, in vain
//	number     object, value, and as ms the delay since the write began
//	ended      the stream ended; outcome ok when the API server ended it in good order, as it does from time to time
//	listed     it began with a list: at the start, and when the API server no longer knew where it had been
//
// After an end it asks again from the last version that it saw, at once and then ten times a second: what is measured is the
// cluster, not how patiently clients wait between two tries.
type watch struct {
	api     api
	objects string
	common  settings
	log     *Log
}

const watchSeconds = 300

func (w watch) run(ctx context.Context) {
	version := ""
	for ctx.Err() == nil {
		began := time.Now()
		if version == "" {
			version = w.list(ctx)
		}
		if version != "" {
			version = w.follow(ctx, version)
		}
		if !sleepUntil(ctx, began.Add(100*time.Millisecond)) {
			return
		}
	}
}

func (w watch) query(more url.Values) string {
	more.Set("labelSelector", nodeLabel+"="+w.common.node)
	return w.objects + "?" + more.Encode()
}

// note writes a line unless the program is about to end: what breaks then is no news.
func (w watch) note(ctx context.Context, event string, start time.Time, how result) {
	if ctx.Err() != nil {
		return
	}
	w.log.write(Line{T: start.UnixMilli(), Series: "watch", Event: event, Milliseconds: since(start), Outcome: how.outcome, Port: how.port, Master: how.master})
}

// list returns the version to watch from; none when it failed.
func (w watch) list(ctx context.Context) string {
	limited, cancel := context.WithTimeout(ctx, w.common.timeout)
	defer cancel()
	start := time.Now()
	var found struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	how := w.api.ask(limited, http.MethodGet, w.query(url.Values{}), "", "", &found)
	if how.outcome != ok {
		w.note(ctx, "failed", start, how)
		return ""
	}
	w.note(ctx, "listed", start, how)
	return found.Metadata.ResourceVersion
}

type watchEvent struct {
	Type   string `json:"type"`
	Object struct {
		configMap
		// Of a Status, which comes with the type ERROR.
		Code int `json:"code"`
	} `json:"object"`
}

// follow watches until the stream ends, and returns the version to go on from; none when a list is needed.
func (w watch) follow(ctx context.Context, version string) string {
	streaming, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := time.AfterFunc(w.common.timeout, cancel)
	start := time.Now()
	query := url.Values{"watch": {"1"}, "allowWatchBookmarks": {"true"}, "resourceVersion": {version}, "timeoutSeconds": {strconv.Itoa(watchSeconds)}}
	response, how := w.api.open(streaming, http.MethodGet, w.query(query), "", "")
	if !patience.Stop() && how.outcome != ok {
		how.outcome = "timeout"
	}
	if how.outcome != ok {
		w.note(ctx, "failed", start, how)
		if how.outcome == "http-410" {
			return ""
		}
		return version
	}
	defer response.Body.Close()
	w.note(ctx, "connected", start, how)

	events := json.NewDecoder(response.Body)
	for {
		var event watchEvent
		if err := events.Decode(&event); err != nil {
			how.outcome = outcomeOf(err)
			if how.outcome == "eof" && time.Since(start) > (watchSeconds-1)*time.Second {
				how.outcome = ok
			}
			w.note(ctx, "ended", time.Now(), how)
			return version
		}
		if event.Type == "ERROR" {
			how.outcome = "http-" + strconv.Itoa(event.Object.Code)
			w.note(ctx, "ended", time.Now(), how)
			if event.Object.Code == http.StatusGone {
				return ""
			}
			return version
		}
		version = event.Object.Metadata.ResourceVersion
		if number := event.Object.number(); number != 0 && event.Type != "DELETED" {
			at, _ := strconv.ParseInt(event.Object.Data.At, 10, 64)
			w.log.write(Line{T: now(), Series: "watch", Event: "number", Milliseconds: float64(now() - at), Master: how.master, Object: event.Object.Metadata.Name, Value: number})
		}
	}
}
