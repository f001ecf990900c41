// Command probe does, on one node of a cluster, what users and controllers do all the time, and notes how each single request
// went. What the lines mean is decided elsewhere (lab/probes/report.ts): this program only looks.
//
//	probe api      reads, writes and watches through the node's own load balancer
//	probe traffic  in a pod: speaks to the pods of all other nodes, and to a Service
//
// It runs until SIGTERM or SIGINT.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

// settings are what both modes have.
type settings struct {
	node    string
	rate    float64
	timeout time.Duration
	logFile string
}

func (s settings) period() time.Duration { return time.Duration(float64(time.Second) / s.rate) }

func run(ctx context.Context, arguments []string) error {
	const usage = "usage: probe api|traffic --node NAME --log FILE …; -h after the mode lists all"
	if len(arguments) == 0 {
		return errors.New(usage)
	}
	mode := arguments[0]
	flags := flag.NewFlagSet("probe "+mode, flag.ContinueOnError)
	var common settings
	flags.StringVar(&common.node, "node", "", "name of this node")
	flags.StringVar(&common.logFile, "log", "", "file that lines are appended to")
	flags.Float64Var(&common.rate, "rate", 10, "requests a second, in each series")
	flags.DurationVar(&common.timeout, "timeout", 10*time.Second, "how long one attempt may take")

	var start func(log *Log) error
	switch mode {
	case "api":
		options := apiOptions{}
		flags.StringVar(&options.server, "server", "https://127.0.0.1:16443", "the API, as this node reaches it")
		flags.StringVar(&options.ca, "ca", "", "file with the cluster's CA")
		flags.StringVar(&options.tokenFile, "token-file", "", "file with the ServiceAccount's token")
		flags.StringVar(&options.namespace, "namespace", "kubehaus-probe", "where its ConfigMaps are")
		start = func(log *Log) error { return probeAPI(ctx, common, options, log) }
	case "traffic":
		options := trafficOptions{}
		flags.StringVar(&options.namespace, "namespace", "kubehaus-probe", "where the pods and the Service are")
		flags.StringVar(&options.service, "service", "probe", "name of the Service")
		flags.IntVar(&options.httpPort, "http-port", 8080, "port that answers requests")
		flags.IntVar(&options.streamPort, "stream-port", 8081, "port of the long connections")
		start = func(log *Log) error { return probeTraffic(ctx, common, options, log) }
	default:
		return errors.New(usage)
	}
	if err := flags.Parse(arguments[1:]); err != nil {
		return err
	}
	if common.node == "" || common.logFile == "" || common.rate <= 0 || common.timeout <= 0 || flags.NArg() > 0 {
		return errors.New(usage)
	}
	log, err := openLog(common.logFile, common.node)
	if err != nil {
		return err
	}
	defer log.close()
	log.write(Line{T: now(), Series: "probe", Event: "start"})
	defer func() { log.write(Line{T: now(), Series: "probe", Event: "stop"}) }()
	return start(log)
}
