// Command probe is what the lab's tests run in pods to see whether a cluster's network does what users rely on:
//
//	probe serve [:8080]    answers every HTTP request with the name of its host, which in a pod is the pod's name
//	probe get URL          prints the body; fails when the answer is not 200 or takes more than 5 seconds
//	probe resolve NAME     prints the addresses of a name, one a line
//	probe sleep            does nothing until it is told to end, so that a test can exec into its pod
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const patience = 5 * time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	// In a container this is the first process, and the kernel delivers a first process only those signals for which it
	// has a handler: without this, ending a pod would take its whole grace period.
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	switch command := strings.Join(arguments, " "); {
	case command == "serve":
		return serve(ended, ":8080")
	case len(arguments) == 2 && arguments[0] == "serve":
		return serve(ended, arguments[1])
	case len(arguments) == 2 && arguments[0] == "get":
		return get(ended, arguments[1])
	case len(arguments) == 2 && arguments[0] == "resolve":
		return resolve(ended, arguments[1])
	case command == "sleep":
		<-ended.Done()
		return nil
	default:
		return fmt.Errorf("usage: probe serve [ADDRESS] | get URL | resolve NAME | sleep (was given %q)", command)
	}
}

func serve(ended context.Context, address string) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              address,
		ReadHeaderTimeout: patience,
		Handler: http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(answer, host)
		}),
	}
	go func() {
		<-ended.Done()
		server.Close()
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func get(ended context.Context, url string) error {
	limited, cancel := context.WithTimeout(ended, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, answer.Status)
	}
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

func resolve(ended context.Context, name string) error {
	limited, cancel := context.WithTimeout(ended, patience)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(limited, name)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		fmt.Println(address)
	}
	return nil
}
