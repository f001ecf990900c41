package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const ok = "ok"

// result is how one attempt went.
type result struct {
	outcome string
	port    int
	master  string
	// The number in the object, when there is one.
	value int64
	// The node whose pod answered.
	answeredBy string
	// It failed, but may have been carried out all the same.
	unknown bool
}

// A master whose packets vanish is noticed as kubelets do it here (HTTP2_READ_IDLE_TIMEOUT_SECONDS and
// HTTP2_PING_TIMEOUT_SECONDS in roles/kubernetes/files/kubelet.service).
const (
	readIdleTimeout = 5 * time.Second
	pingTimeout     = 5 * time.Second
)

// api is the Kubernetes API as seen over one kind of connection.
type api struct {
	server string
	token  string
	client *http.Client
}

// keptConnection makes a client as controllers and kubelets have it: one connection, HTTP/2, with pings.
func keptConnection(trust *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   trust.Clone(),
		ForceAttemptHTTP2: true,
		HTTP2:             &http.HTTP2Config{SendPingTimeout: readIdleTimeout, PingTimeout: pingTimeout},
	}}
}

// newConnections makes a client that takes a new TCP and TLS connection for each request.
func newConnections(trust *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: trust.Clone(), DisableKeepAlives: true}}
}

func trustIn(caFile string) (*tls.Config, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", caFile)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// seen is what a request tells about its connection while it is under way.
type seen struct {
	mutex  sync.Mutex
	port   int
	master string
	sent   bool
}

func (s *seen) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			if address, is := info.Conn.LocalAddr().(*net.TCPAddr); is {
				s.port = address.Port
			}
			if secured, is := info.Conn.(*tls.Conn); is {
				if chain := secured.ConnectionState().PeerCertificates; len(chain) > 0 {
					s.master = chain[0].SerialNumber.Text(16)
				}
			}
		},
		WroteHeaders: func() {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.sent = true
		},
	}
}

func (s *seen) into(r *result) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	r.port, r.master = s.port, s.master
	r.unknown = r.outcome != ok && s.sent && !strings.HasPrefix(r.outcome, "http-4")
}

// open sends a request and leaves the body to be read. The result's outcome is ok only for 200 and 201.
func (a api) open(ctx context.Context, method, path, contentType, body string) (*http.Response, result) {
	var saw seen
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, saw.trace()), method, a.server+path, strings.NewReader(body))
	if err != nil {
		return nil, result{outcome: "other"}
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := a.client.Do(request)
	var how result
	switch {
	case err != nil:
		how.outcome = outcomeOf(err)
	case response.StatusCode != http.StatusOK && response.StatusCode != http.StatusCreated:
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
		_ = response.Body.Close()
		how.outcome = "http-" + strconv.Itoa(response.StatusCode)
	default:
		how.outcome = ok
	}
	saw.into(&how)
	return response, how
}

// ask sends a request and decodes the whole answer.
func (a api) ask(ctx context.Context, method, path, contentType, body string, into any) result {
	response, how := a.open(ctx, method, path, contentType, body)
	if how.outcome != ok {
		return how
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		how.outcome, how.unknown = outcomeOf(err), true
	}
	return how
}

// outcomeOf names the class of an error: refused, reset, timeout, eof (closed without an answer), lost (pings unanswered),
// tls, unreachable, or other.
func outcomeOf(err error) string {
	var (
		network   net.Error
		record    tls.RecordHeaderError
		alert     tls.AlertError
		untrusted *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "unreachable"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "timeout"
	// net/http keeps these two errors to itself.
	case strings.Contains(err.Error(), "http2: client connection lost"):
		return "lost"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "GOAWAY"):
		return "eof"
	case errors.As(err, &record), errors.As(err, &alert), errors.As(err, &untrusted):
		return "tls"
	default:
		return "other"
	}
}
