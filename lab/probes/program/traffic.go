package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type trafficOptions struct {
	namespace  string
	service    string
	httpPort   int
	streamPort int
}

// serviceAccount is where Kubernetes puts a pod's own access to the API.
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

// probeTraffic answers the other nodes' pods, and asks each of them and the Service, until ctx ends:
//
//	pod      a request to the pod of each other node, each on a new connection
//	service  the same to the Service's address, which any pod may answer
//	stream   one long connection to the pod of each other node; see stream
//
// Who the others are it asks of the API once a second; while that does not answer, they are those that it knows.
func probeTraffic(ctx context.Context, common settings, options trafficOptions, log *Log) error {
	if err := answer(ctx, common.node, options.httpPort); err != nil {
		return err
	}
	if err := echo(ctx, options.streamPort); err != nil {
		return err
	}
	trust, err := trustIn(serviceAccount + "/ca.crt")
	if err != nil {
		return err
	}
	token, err := os.ReadFile(serviceAccount + "/token")
	if err != nil {
		return err
	}
	server := "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	directory := api{server: server, token: strings.TrimSpace(string(token)), client: keptConnection(trust)}
	known := newTargets(func(ctx context.Context, target target) { speak(ctx, common, options, target, log) })
	for {
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		if found, complete := ask(limited, directory, common.node, options); complete {
			known.set(ctx, found)
		}
		cancel()
		if !sleepUntil(ctx, time.Now().Add(time.Second)) {
			known.wait()
			return nil
		}
	}
}

// ask asks the API for the pods of other nodes and for the Service; false when it does not answer both.
func ask(ctx context.Context, directory api, node string, options trafficOptions) ([]target, bool) {
	namespace := "/api/v1/namespaces/" + options.namespace
	var pods struct {
		Items []struct {
			Metadata struct {
				DeletionTimestamp *string `json:"deletionTimestamp"`
			} `json:"metadata"`
			Spec struct {
				NodeName string `json:"nodeName"`
			} `json:"spec"`
			Status struct {
				PodIP string `json:"podIP"`
				Phase string `json:"phase"`
			} `json:"status"`
		} `json:"items"`
	}
	var service struct {
		Spec struct {
			ClusterIP string `json:"clusterIP"`
			Ports     []struct {
				Port int `json:"port"`
			} `json:"ports"`
		} `json:"spec"`
	}
	if directory.ask(ctx, http.MethodGet, namespace+"/pods?labelSelector=app%3Dprobe", "", "", &pods).outcome != ok ||
		directory.ask(ctx, http.MethodGet, namespace+"/services/"+options.service, "", "", &service).outcome != ok ||
		len(service.Spec.Ports) == 0 {
		return nil, false
	}
	found := []target{{host: service.Spec.ClusterIP, port: service.Spec.Ports[0].Port}}
	for _, pod := range pods.Items {
		if pod.Spec.NodeName != node && pod.Status.PodIP != "" && pod.Status.Phase == "Running" && pod.Metadata.DeletionTimestamp == nil {
			found = append(found, target{node: pod.Spec.NodeName, host: pod.Status.PodIP, port: options.httpPort})
		}
	}
	return found, true
}

// speak asks a target until ctx ends, and to a pod it keeps the long connection.
func speak(ctx context.Context, common settings, options trafficOptions, to target, log *Log) {
	if to.node != "" {
		go stream{to: to.node, address: net.JoinHostPort(to.host, strconv.Itoa(options.streamPort)), period: common.period(), log: log}.keep(ctx)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	url := "http://" + net.JoinHostPort(to.host, strconv.Itoa(to.port)) + "/"
	series := "pod"
	if to.node == "" {
		series = "service"
	}
	every(ctx, common.period(), lastWords, func(number int64) {
		attempts(log, common.timeout, Line{Series: series, Number: number, To: to.node}, func(ctx context.Context) result {
			return get(ctx, client, url)
		})
	})
}

func get(ctx context.Context, client *http.Client, url string) result {
	response, how := api{server: url, client: client}.open(ctx, http.MethodGet, "", "", "")
	if how.outcome != ok {
		return how
	}
	defer response.Body.Close()
	name, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if err != nil {
		how.outcome = outcomeOf(err)
	}
	how.answeredBy = strings.TrimSpace(string(name))
	return how
}

// answer serves the node's name.
func answer(ctx context.Context, node string, port int) error {
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	server := &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		Handler:           http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) { fmt.Fprintln(to, node) }),
	}
	go func() { <-ctx.Done(); _ = server.Close() }()
	go func() { _ = server.Serve(listener) }()
	return nil
}
