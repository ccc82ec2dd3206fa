package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"dronescheduler/internal/testing/redisserver"
	"dronescheduler/internal/testing/waiting"
)

func TestARequestUnderWayAtTheEndIsAnswered(t *testing.T) {
	p := startService(t, redisserver.Started(t).URL())
	client, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	_ = client.SetDeadline(time.Now().Add(waiting.Deadline))
	fmt.Fprintf(client, "PUT /api/dronedeliveries/slow HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n"+
		"Expect: 100-continue\r\n\r\n", len(flight))
	answers := bufio.NewReader(client)
	if line, _ := answers.ReadString('\n'); !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("the request is not under way: %q", line)
	}
	p.signal(syscall.SIGTERM)
	waiting.Until(t, "no new connections are accepted", func() bool { return !p.listens() })
	if p.hasEnded() {
		t.Fatal("it left a request behind")
	}
	fmt.Fprint(client, flight)
	_, _ = answers.ReadString('\n') // the empty line after the 100
	if line, _ := answers.ReadString('\n'); !strings.HasPrefix(line, "HTTP/1.1 201 ") {
		t.Errorf("answered %q", line)
	}
	p.wantExit(0)
}

func TestALameDuckLastsItsTime(t *testing.T) {
	p := startService(t, redisserver.New(t).URL(), "DRAIN_SECONDS=1")
	began := time.Now()
	p.stop()
	if took := time.Since(began); took < time.Second {
		t.Errorf("it took %v", took)
	}
	p.wantExit(0)
}

func TestASecondSignalCutsTheLameDuckShort(t *testing.T) {
	p := startService(t, redisserver.Started(t).URL(), "DRAIN_SECONDS=300")
	p.signal(syscall.SIGTERM)
	waiting.Until(t, "it is a lame duck", func() bool { return p.ask("GET", "/version", "").Close })
	p.wantStatus("GET", "/readyz", "", 200)
	p.signal(syscall.SIGTERM)
	p.wantExit(0)
}

func TestADrainMovesKeptAliveClientsAndNoOther(t *testing.T) {
	p := startService(t, redisserver.New(t).URL())
	if p.ask("GET", "/version", "").Close {
		t.Error("connections are not kept alive")
	}
	p.wantStatus("POST", "/drain?seconds=300", "", 202)
	if !p.ask("GET", "/version", "").Close {
		t.Error("the connection is kept alive")
	}
}
