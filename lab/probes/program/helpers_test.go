package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"
)

// anotherCA is the certificate of somebody who signed nothing here.
var anotherCA = func() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}()

// freezingProxy passes connections on. Those that are open when it freezes stay open, and nothing comes through any more: as when a
// host is cut off without a word. New ones pass.
type freezingProxy struct {
	address string
	mutex   sync.Mutex
	frozen  chan struct{}
}

func newFreezingProxy(t *testing.T, to string) *freezingProxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	proxy := &freezingProxy{address: listener.Addr().String(), frozen: make(chan struct{})}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			onward, err := net.Dial("tcp", to)
			if err != nil {
				_ = from.Close()
				continue
			}
			proxy.mutex.Lock()
			frozen := proxy.frozen
			proxy.mutex.Unlock()
			go pass(from, onward, frozen)
			go pass(onward, from, frozen)
		}
	}()
	return proxy
}

func (p *freezingProxy) freeze() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	close(p.frozen)
	p.frozen = make(chan struct{})
}

func pass(from, to net.Conn, frozen chan struct{}) {
	buffer := make([]byte, 1<<16)
	for {
		count, err := from.Read(buffer)
		select {
		case <-frozen:
			_, _ = io.Copy(io.Discard, from)
			return
		default:
		}
		if _, problem := to.Write(buffer[:count]); err != nil || problem != nil {
			_ = to.Close()
			return
		}
	}
}
