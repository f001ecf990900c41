package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

type apiOptions struct {
	server    string
	ca        string
	tokenFile string
	namespace string
}

// configMap is the part of a ConfigMap that is looked at.
type configMap struct {
	Metadata struct {
		Name            string `json:"name"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Data struct {
		Number string `json:"number"`
		At     string `json:"at"`
	} `json:"data"`
}

func (c configMap) number() int64 {
	number, _ := strconv.ParseInt(c.Data.Number, 10, 64)
	return number
}

// nodeLabel is on every ConfigMap that a node's probe writes.
const nodeLabel = "kubehaus.dev/probe-node"

// keptEvery is how many periods lie between two reads on the kept connection: whether it drops is told by few.
const keptEvery = 5

// probeAPI runs the four series until ctx ends:
//
//	read   GET without resourceVersion, which asks etcd's quorum; each on a new TCP and TLS connection
//	kept   the same over one HTTP/2 connection, as controllers have it; a fifth as often
//	write  a running number, each on a new connection; see lanes
//	watch  on what it writes
func probeAPI(ctx context.Context, common settings, options apiOptions, log *Log) error {
	trust, err := trustIn(options.ca)
	if err != nil {
		return err
	}
	token, err := os.ReadFile(options.tokenFile)
	if err != nil {
		return err
	}
	over := func(client *http.Client) api {
		return api{server: strings.TrimSuffix(options.server, "/"), token: strings.TrimSpace(string(token)), client: client}
	}
	objects := "/api/v1/namespaces/" + options.namespace + "/configmaps"
	lanes := newLanes(common.node, time.Now())

	var running sync.WaitGroup
	series := func(run func()) {
		running.Add(1)
		go func() { defer running.Done(); run() }()
	}
	read := func(name string, from api, period time.Duration) {
		every(ctx, period, lastWords, func(number int64) {
			object := lanes.lastAcknowledged()
			line := Line{Series: name, Number: number, Object: object}
			attempts(log, common.timeout, line, func(ctx context.Context) result {
				var found configMap
				how := from.ask(ctx, http.MethodGet, objects+"/"+object, "", "", &found)
				how.value = found.number()
				return how
			})
		})
	}
	series(func() { read("read", over(newConnections(trust)), common.period()) })
	series(func() { read("kept", over(keptConnection(trust)), keptEvery*common.period()) })
	series(func() {
		to := over(newConnections(trust))
		every(ctx, common.period(), lastWords, func(number int64) {
			lane := lanes.take()
			object := lanes.object(lane)
			body := fmt.Sprintf(
				`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q,"labels":{%q:%q}},"data":{"number":"%d","at":"%d"}}`,
				object, nodeLabel, common.node, number, now())
			line := Line{Series: "write", Number: number, Object: object}
			last, unknown := attempts(log, common.timeout, line, func(ctx context.Context) result {
				var written configMap
				how := to.ask(ctx, http.MethodPatch, objects+"/"+object+"?fieldManager=probe&force=true", "application/apply-patch+yaml", body, &written)
				how.value = written.number()
				return how
			})
			lanes.give(lane, last.outcome == ok, unknown)
		})
	})
	series(func() {
		watch{api: over(keptConnection(trust)), objects: objects, common: common, log: log}.run(ctx)
	})
	running.Wait()
	return nil
}
